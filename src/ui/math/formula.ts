/** A piece of presentation MathML: an element with text or with children. */
export interface MathNode {
	readonly tag: "mrow" | "mfrac" | "msub" | "msqrt" | "mi" | "mn" | "mo" | "mtext";
	readonly text?: string;
	/** A word of prose or a name, and no symbol of one letter. */
	readonly word?: true;
	readonly children?: readonly MathNode[];
}

type Item = { readonly word: string } | { readonly group: readonly Item[] };

/**
 * A formula as the trace of a credit method writes it, as MathML: `a / b` becomes a fraction, `x3` a symbol with its index, `√(a)` a
 * root, words stand upright. Nothing is left out: what is not understood stays as text.
 */
export function formula(text: string): MathNode {
	const items = grouped(text.match(/[()]|[^\s()]+/g) ?? []);
	return row(items);
}

/** Words with their parentheses as a tree; a parenthesis without its partner stays a word. */
function grouped(words: readonly string[]): Item[] {
	const stack: Item[][] = [[]];
	for (const word of words) {
		if (word === "(") stack.push([]);
		else if (word === ")" && stack.length > 1) {
			const group = stack.pop() as Item[];
			stack.at(-1)?.push({ group });
		} else stack.at(-1)?.push({ word });
	}
	while (stack.length > 1) {
		const open = stack.pop() as Item[];
		stack.at(-1)?.push({ word: "(" }, ...open);
	}
	return stack[0] as Item[];
}

function row(items: readonly Item[]): MathNode {
	const children: MathNode[] = [];
	const add = (node: MathNode) => {
		const before = children.at(-1);
		if (before && isApart(before, node)) children.push(SPACE);
		children.push(node);
	};
	for (let i = 0; i < items.length; i++) {
		const [item, next, after] = [items[i] as Item, items[i + 1], items[i + 2]];
		if (next && after && isWord(next, "/")) {
			add({ tag: "mfrac", children: [bare(item), bare(after)] });
			i += 2;
		} else if (isWord(item, "\u221a") && next && "group" in next) {
			add({ tag: "msqrt", children: [row(next.group)] });
			i += 1;
		} else add(one(item));
	}
	return { tag: "mrow", children };
}

/** Between words, and between a word and what it is about, which MathML sets without a gap. */
const SPACE: MathNode = { tag: "mtext", text: "\u00a0" };

/** Operators bring their own gaps; a comma only where it separates, which at the end of a piece it does not know. */
function isApart(before: MathNode, node: MathNode): boolean {
	if (node.text === "\u00b2") return false;
	if (node.tag === "mo") return node.text === "(" && before.word === true;
	return before.tag !== "mo" || before.text === ",";
}

const isWord = (item: Item, word: string): boolean => "word" in item && item.word === word;

/** A numerator or denominator needs no parentheses; a negative number keeps its sign alone. */
const bare = (item: Item): MathNode => ("group" in item ? row(item.group) : one(item));

function one(item: Item): MathNode {
	if ("word" in item) return atom(item.word);
	const [inner, ...others] = item.group;
	if (inner && "group" in inner && others.length === 0) return one(inner);
	return { tag: "mrow", children: [{ tag: "mo", text: "(" }, row(item.group), { tag: "mo", text: ")" }] };
}

const NUMBER = /^\u2212?[\d.]+(?:e[-\u2212+]?\d+)?$/;
const INDEXED = /^(\u2212?)([A-Za-z])(\d+)$/;

function atom(word: string): MathNode {
	if (word.endsWith(",") && word.length > 1) return { tag: "mrow", children: [atom(word.slice(0, -1)), atom(",")] };
	const indexed = INDEXED.exec(word);
	if (indexed) {
		const [, sign = "", letter = "", index = ""] = indexed;
		const symbol: MathNode = {
			tag: "msub",
			children: [
				{ tag: "mi", text: letter },
				{ tag: "mn", text: index },
			],
		};
		return sign ? { tag: "mrow", children: [{ tag: "mo", text: sign }, symbol] } : symbol;
	}
	if (NUMBER.test(word)) return { tag: "mn", text: word };
	if (/^(?:[+\u2212\u00b7\u00d7/=<\u2264?:,()]|==)$/.test(word)) return { tag: "mo", text: word };
	return word.length === 1 ? { tag: "mi", text: word } : { tag: "mi", text: word, word: true };
}

/** Numbers of a list from which on it may go on in the next line. */
const LONG_LIST = 4;

/** A formula cut behind the commas of a long list, where it may go on in the next line: MathML itself does not break. */
export function pieces(text: string): string[] {
	const cut = text.split(/(?<=,) /);
	return cut.length < LONG_LIST || text.includes("/") ? [text] : cut;
}

/** All text of a formula in order, for tests and for people who hear it. */
export function textOf({ text = "", children = [] }: MathNode): string {
	return text + children.map(textOf).join("");
}
