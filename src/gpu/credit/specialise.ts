import { KIND, OP } from "./instructions";

/** The interpreter's source, taken apart. */
export interface CreditLibrary {
	/** Structures, constants, bindings and variables. */
	readonly declarations: string;
	readonly functions: ReadonlyMap<string, string>;
}

const WORDS = ["op", "sync", "domain", "out", "variant", "a", "b", "c", "d", "e", "f", "g"] as const;
const HEADER = 16;
type Instruction = Readonly<Record<(typeof WORDS)[number], number>>;

/** Functions of the operations that are loops of their own, by number. */
const LOOPS: Readonly<Record<number, string>> = {
	[OP.scan]: "scan",
	[OP.shift]: "shift",
	[OP.reduce]: "reduce",
	[OP.rewards]: "actionRewards",
	[OP.positions]: "positions",
	[OP.topShare]: "topShare",
	[OP.buildSpans]: "buildSpans",
	[OP.spanColumn]: "spanColumn",
	[OP.spreadSpans]: "spreadSpans",
	[OP.each]: "eachStatistic",
	[OP.whole]: "wholeStatistic",
	[OP.agreement]: "agreement",
	[OP.readTree]: "readTree",
	[OP.earliestAgreement]: "earliestAgreement",
	[OP.childValues]: "childValues",
	[OP.readDepth]: "readDepth",
	[OP.lookUp]: "lookUpAll",
};
const UNARY = [
	"negative",
	"magnitude",
	"exponential",
	"logarithm",
	"logarithm2",
	"root",
	"sineOf",
	"isKnown",
	"isZero",
] as const;
const BINARY = ["plus", "minus", "times", "over", "smaller", "larger", "less", "atMost", "equal"] as const;

/** Splits WGSL whose functions start at the beginning of a line and end there, or on one line. */
export function takeApart(source: string): CreditLibrary {
	const functions = new Map<string, string>();
	const declarations: string[] = [];
	const lines = source.split("\n").filter((line) => !line.startsWith("//"));
	for (let i = 0; i < lines.length; i++) {
		const name = /^fn (\w+)\(/.exec(lines[i]!)?.[1];
		if (lines[i]!.startsWith("@compute")) {
			while (lines[i] !== "}") i++;
			continue;
		}
		if (!name) {
			declarations.push(lines[i]!);
			continue;
		}
		const text = [lines[i]!];
		while (!text.at(-1)!.endsWith("}") || (text.length > 1 && text.at(-1) !== "}")) text.push(lines[++i]!);
		functions.set(name, text.join("\n"));
	}
	return { declarations: declarations.join("\n"), functions };
}

/**
 * The program of one stage as a shader of its own: what the interpreter would read from the program and the header stands in the text,
 * operations follow each other without a loop around them, and pointwise ones share a loop.
 * @param words of the stage, as `encode` writes them; header: first words of the tables.
 */
export function specialise(library: CreditLibrary, words: readonly number[], header: ArrayLike<number>): string {
	return new Specialiser(library, header).shader(words);
}

class Specialiser {
	private readonly own: string[] = [];
	private readonly loads = new Map<number, string>();
	private readonly withInstruction: readonly string[];

	constructor(
		private readonly library: CreditLibrary,
		private readonly header: ArrayLike<number>,
	) {
		this.withInstruction = [...library.functions].flatMap(([name, text]) =>
			/^fn \w+\(i: Instruction\b/.test(text) ? [name] : [],
		);
	}

	shader(words: readonly number[]): string {
		const steps: string[] = [];
		for (let k = 0; k < words[0]!; ) {
			const count = this.pointwiseRun(words, k);
			if (instructionAt(words, k).sync === 1) steps.push("\tstorageBarrier();\n\tworkgroupBarrier();");
			steps.push(`\t${count > 0 ? this.pointwise(words, k, count) : this.loop(instructionAt(words, k), k)}(s);`);
			k += Math.max(1, count);
		}
		const shared = [...this.library.functions].filter(([name]) => !this.withInstruction.includes(name));
		return [
			this.library.declarations,
			...shared.map(([, text]) => this.withHeader(text)),
			...this.loads.values(),
			...this.own,
			"@compute @workgroup_size(LANES)",
			"fn credit(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {",
			"\tlane = index;",
			`\tlet s = setAt(${words[1]}u + group.x);`,
			...steps,
			"}",
		].join("\n");
	}

	/** Pointwise instructions from k on that need no barrier between them and have the same domain. */
	private pointwiseRun(words: readonly number[], k: number): number {
		let count = 0;
		const { domain } = instructionAt(words, k);
		while (k + count < words[0]!) {
			const next = instructionAt(words, k + count);
			if (!isPointwise(next) || next.domain !== domain || (count > 0 && next.sync === 1)) break;
			count++;
		}
		return count;
	}

	private pointwise(words: readonly number[], first: number, count: number): string {
		const { domain } = instructionAt(words, first);
		const lines = Array.from({ length: count }, (_, j) => this.statement(instructionAt(words, first + j), first + j));
		this.own.push(
			this.settled(`fn step_${first}(s: Members) {
	let w = width(${domain}u);
	for (var e = lane; e < s.count * w; e += LANES) {
		let b = memberOf(s, e / w);
		let n = e % w;
		let part = takesPart(${domain}u, b, n);
${lines.join("\n")}
	}
}`),
		);
		return `step_${first}`;
	}

	private statement(i: Instruction, k: number): string {
		const to = `arena[address(${i.out}u, ${i.domain}u, b, n)]`;
		if (i.op === OP.finish) return `\t\t${to} = ${this.copyOf("finished", i, k)}(b, n);`;
		const [a, b, c] = [i.a, i.b, i.c].map((word) => `bits(${word}u, b, n)`);
		const value =
			i.op === OP.copy
				? a
				: i.op === OP.unary
					? `${UNARY[i.variant]}(${a})`
					: i.op === OP.binary
						? `${BINARY[i.variant]}(${a}, ${b})`
						: `choice(${a}, ${b}, ${c})`;
		return `\t\tif (part) { ${to} = ${value}; }`;
	}

	private loop(i: Instruction, k: number): string {
		return this.copyOf(LOOPS[i.op]!, i, k);
	}

	/** A copy of a function, and of all that it hands its instruction to, with the instruction's words in the text. */
	private copyOf(name: string, i: Instruction, k: number, done = new Set<string>()): string {
		if (!done.has(name)) {
			done.add(name);
			let text = this.library.functions.get(name)!;
			for (const called of this.withInstruction)
				if (new RegExp(`\\b${called}\\(i[,)]`).test(text)) {
					this.copyOf(called, i, k, done);
					text = text.replace(new RegExp(`\\b${called}\\(i(?:, )?`, "g"), `${called}_${k}(`);
				}
			text = text.replace(/^fn (\w+)\(i: Instruction(?:, )?/, `fn $1_${k}(`);
			text = text.replace(/\bi\.(\w+)/g, (_, word: keyof Instruction) => `${i[word]}u`);
			this.own.push(this.settled(text));
		}
		return `${name}_${k}`;
	}

	/** Functions of a domain or an operand that is now known, instead of those that ask for it. */
	private settled(text: string): string {
		return this.withHeader(text)
			.replace(/\b(takesPart|extent)\((\d+)u, /g, (_, name: string, domain: string) =>
				domain === "0" ? `${name}Token(` : domain === "1" ? `${name}Rollout(` : `${name}Span(${Number(domain) - 2}u, `,
			)
			.replace(/\bwidth\((\d+)u\)/g, (_, domain: string) => (domain === "1" ? "1u" : "tokensOfRow()"))
			.replace(/\baddress\(([^,]+), (\d+)u, /g, (_, to: string, domain: string) =>
				domain === "1" ? `rolloutAddress(${to}, ` : `entryAddress(${to}, `,
			)
			.replace(/\b(bits|load)\((\d+)u, /g, (_, name: string, word: string) => `${name}_${this.loadOf(Number(word))}(`);
	}

	private withHeader(text: string): string {
		return text.replace(/\btables\[(\d+)u?\]/g, (whole, at: string) =>
			Number(at) < HEADER ? `${this.header[Number(at)]}u` : whole,
		);
	}

	private loadOf(word: number): number {
		if (!this.loads.has(word)) {
			const [kind, at] = [word >>> 28, word & 0x0fffffff];
			const n = `${at}u + ${kind >= KIND.entry ? "b * tokensOfRow() + i" : "b"}`;
			const from: Readonly<Record<number, string>> = {
				[KIND.entry]: `arena[${n}]`,
				[KIND.rollout]: `arena[${n}]`,
				[KIND.constant]: `tables[${at}u]`,
				[KIND.recordFloat]: `record[${n}]`,
				[KIND.rowFloat]: `rows[${n}]`,
				[KIND.rowWord]: `bitcast<u32>(f32(rows[${n}]))`,
				[KIND.signalToken]: `signals[${n}]`,
				[KIND.signalRollout]: `signals[${n}]`,
			};
			this.loads.set(
				word,
				`fn bits_${word}(b: u32, i: u32) -> u32 { return ${from[kind]}; }
fn load_${word}(b: u32, i: u32) -> f32 { return bitcast<f32>(bits_${word}(b, i)); }`,
			);
		}
		return word;
	}
}

const isPointwise = ({ op }: Instruction) => op <= OP.select || op === OP.finish;

function instructionAt(words: readonly number[], k: number): Instruction {
	const at = HEADER + WORDS.length * k;
	return Object.fromEntries(WORDS.map((name, j) => [name, words[at + j]!])) as unknown as Instruction;
}
