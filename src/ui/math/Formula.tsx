import { createElement, type JSX } from "react";
import { formula, type MathNode } from "./formula";

/** A formula of a trace, set by the browser as MathML. */
export function Formula({ of }: { readonly of: string }): JSX.Element {
	return createElement("math", { displaystyle: "true" }, element(formula(of), 0));
}

function element({ tag, text, children = [] }: MathNode, key: number): JSX.Element {
	return createElement(tag, { key }, text ?? children.map(element));
}
