import { createElement, type JSX } from "react";
import { formula, type MathNode, pieces } from "./formula";

/** A formula of a trace, set by the browser as MathML; a long list goes on in the next line. */
export function Formula({ of }: { readonly of: string }): JSX.Element {
	const set = (piece: string) => createElement("math", { displaystyle: "true" }, element(formula(piece), 0));
	return createElement("span", null, ...pieces(of).flatMap((piece) => [set(piece), " "]));
}

function element({ tag, text, word, children = [] }: MathNode, key: number): JSX.Element {
	return createElement(tag, { key, className: word && "prose" }, text ?? children.map(element));
}
