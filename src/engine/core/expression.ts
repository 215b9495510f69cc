import { InvalidInput } from "./errors";

/** Values of names, and answers of functions that take one text, as in `is("grab")`. */
export interface Scope {
	readonly names: Readonly<Record<string, number>>;
	readonly tests: Readonly<Record<string, (text: string) => number>>;
}

/** A formula that was read. */
export interface Expression {
	evaluate(scope: Scope): number;
	/** The texts that the formula gives to tests, so that unknown ones are refused before anything runs. */
	readonly texts: readonly string[];
}

export interface Grammar {
	readonly names: readonly string[];
	/** Functions of one text. */
	readonly tests: readonly string[];
}

const LONGEST = 300;
const DEEPEST = 32;

type Node = (scope: Scope) => number;
type Token = { readonly kind: "number" | "name" | "text" | "sign" | "end"; readonly text: string; readonly at: number };

const FUNCTIONS: Readonly<Record<string, { readonly count: number; readonly of: (...x: number[]) => number }>> = {
	min: { count: 2, of: Math.min },
	max: { count: 2, of: Math.max },
	abs: { count: 1, of: Math.abs },
	if: { count: 3, of: (condition, yes, no) => (condition !== 0 ? (yes as number) : (no as number)) },
};
/** Signs of two operands by how tightly they bind, the loosest first. Comparisons give 1 or 0. */
const LEVELS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
	{ or: (a, b) => Number(a !== 0 || b !== 0) },
	{ and: (a, b) => Number(a !== 0 && b !== 0) },
	{
		"<": (a, b) => Number(a < b),
		">": (a, b) => Number(a > b),
		"<=": (a, b) => Number(a <= b),
		">=": (a, b) => Number(a >= b),
		"==": (a, b) => Number(a === b),
		"!=": (a, b) => Number(a !== b),
	},
	{ "+": (a, b) => a + b, "-": (a, b) => a - b },
	{ "*": (a, b) => a * b, "/": (a, b) => a / b },
];

/**
 * Reads a formula of numbers, names, `+ - * /`, comparisons, `and`, `or`, `not`, `min`, `max`, `abs`, `if(c, yes, no)` and tests of
 * a text. It is parsed, never run as code: what comes from a link is data.
 * @throws InvalidInput one sentence that says what was met where, and what can stand there.
 */
export function parseExpression(source: string, grammar: Grammar): Expression {
	if (source.length > LONGEST)
		throw new InvalidInput(`The formula has ${source.length} characters; at most ${LONGEST} are read.`);
	const parser = new Parser(tokensOf(source), grammar);
	const evaluate = parser.whole();
	return { evaluate, texts: parser.texts };
}

const TOKEN = /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)|([a-z_]\w*)|"([^"]*)"|(<=|>=|==|!=|[-+*/(),<>]))/iy;

function tokensOf(source: string): Token[] {
	const out: Token[] = [];
	TOKEN.lastIndex = 0;
	for (let at = 0; source.slice(at).trim() !== ""; at = TOKEN.lastIndex) {
		const match = TOKEN.exec(source);
		if (!match)
			throw new InvalidInput(
				`The formula has ${JSON.stringify(source.slice(at).trim()[0])}, which means nothing here.`,
			);
		const [, number, name, text, sign] = match;
		const kind = number !== undefined ? "number" : name !== undefined ? "name" : text !== undefined ? "text" : "sign";
		out.push({ kind, text: number ?? name ?? text ?? sign ?? "", at });
	}
	return [...out, { kind: "end", text: "the end", at: source.length }];
}

class Parser {
	readonly texts: string[] = [];
	private at = 0;
	private depth = 0;

	constructor(
		private readonly tokens: readonly Token[],
		private readonly grammar: Grammar,
	) {}

	whole(): Node {
		const node = this.level(0);
		if (this.next.kind !== "end") throw this.unexpected("a sign between two parts");
		return node;
	}

	private get next(): Token {
		return this.tokens[this.at] as Token;
	}

	private level(l: number): Node {
		const signs = LEVELS[l];
		if (!signs) return this.unary();
		let left = this.level(l + 1);
		for (;;) {
			const { kind, text } = this.next;
			if ((kind !== "sign" && kind !== "name") || !Object.hasOwn(signs, text)) return left;
			const apply = signs[text] as (a: number, b: number) => number;
			this.at++;
			const [a, b] = [left, this.level(l + 1)];
			left = (scope) => apply(a(scope), b(scope));
		}
	}

	private unary(): Node {
		if (++this.depth > DEEPEST) throw new InvalidInput(`The formula is nested more than ${DEEPEST} deep.`);
		try {
			const { kind, text } = this.next;
			if (kind === "sign" && text === "-") return this.applied((x) => -x);
			if (kind === "name" && text === "not") return this.applied((x) => Number(x === 0));
			return this.primary();
		} finally {
			this.depth--;
		}
	}

	private applied(f: (x: number) => number): Node {
		this.at++;
		const inner = this.unary();
		return (scope) => f(inner(scope));
	}

	private primary(): Node {
		const { kind, text } = this.next;
		if (kind === "number") {
			this.at++;
			const value = Number(text);
			return () => value;
		}
		if (kind === "name") return this.named();
		if (kind !== "sign" || text !== "(") throw this.unexpected("a number, a name or a bracket");
		this.at++;
		const inner = this.level(0);
		this.close();
		return inner;
	}

	private named(): Node {
		const { text: name } = this.next;
		const { names, tests } = this.grammar;
		if (names.includes(name)) {
			this.at++;
			return ({ names: values }) => values[name] as number;
		}
		if (tests.includes(name)) return this.test(name);
		const called = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
		if (called) return this.call(name, called);
		const known = [...names, ...tests.map((t) => `${t}("…")`), ...Object.keys(FUNCTIONS).map((f) => `${f}(…)`)];
		throw new InvalidInput(`The formula has "${name}"; it may have ${known.join(", ")}.`);
	}

	private test(name: string): Node {
		this.at++;
		this.open();
		const { kind, text } = this.next;
		if (kind !== "text") throw this.unexpected(`a text in quotes for ${name}`);
		this.texts.push(text);
		this.at++;
		this.close();
		return ({ tests }) => (tests[name] as (text: string) => number)(text);
	}

	private call(name: string, { count, of }: (typeof FUNCTIONS)[string]): Node {
		this.at++;
		this.open();
		const args: Node[] = [this.level(0)];
		while (this.next.kind === "sign" && this.next.text === ",") {
			this.at++;
			args.push(this.level(0));
		}
		this.close();
		if (args.length !== count)
			throw new InvalidInput(`The formula gives ${name} ${args.length} values; it takes ${count}.`);
		return (scope) => of(...args.map((arg) => arg(scope)));
	}

	private open(): void {
		if (this.next.text !== "(" || this.next.kind !== "sign") throw this.unexpected("a bracket");
		this.at++;
	}

	private close(): void {
		if (this.next.text !== ")" || this.next.kind !== "sign") throw this.unexpected("a closing bracket");
		this.at++;
	}

	private unexpected(wanted: string): InvalidInput {
		const { kind, text, at } = this.next;
		const met = kind === "end" ? "the end" : JSON.stringify(text);
		return new InvalidInput(`The formula has ${met} at character ${at + 1}; ${wanted} should stand there.`);
	}
}
