/** Numbers of the operations in `credit.wgsl`. */
export const OP = {
	copy: 0,
	unary: 1,
	binary: 2,
	select: 3,
	scan: 4,
	shift: 5,
	reduce: 6,
	rewards: 7,
	positions: 8,
	topShare: 9,
	buildSpans: 10,
	spanColumn: 11,
	spreadSpans: 12,
	each: 13,
	whole: 14,
	agreement: 15,
	readTree: 16,
	earliestAgreement: 17,
	childValues: 18,
	readDepth: 19,
	lookUp: 20,
	finish: 21,
} as const;

const PER_ENTRY = 8;
/** Where an operand's number lies, in the upper four bits of its word: the buffer, and whether each entry has its own. */
export const KIND = {
	entry: PER_ENTRY,
	rollout: 0,
	constant: 1,
	recordFloat: PER_ENTRY + 2,
	rowFloat: 3,
	rowWord: 4,
	signalToken: PER_ENTRY + 5,
	signalRollout: 5,
} as const;
const ADDRESS_BITS = 28;

export const NORMALISE = 10;

/**
 * A part of the arena that holds the numbers of one node. `entry`: one a token or span; `pair`: one for every two members of a
 * set; `depth`: one for every depth of a rollout's path; `spans`: a partition.
 */
export interface Register {
	readonly size: "entry" | "rollout" | "pair" | "depth" | "spans";
	/** Read after the last instruction, so that its place is not used again. */
	readonly kept: boolean;
}

/** One word of an instruction: a number, or where a register lies: as an operand, as a bare first word, or as a domain. */
export type Word = number | { readonly register: Register; readonly as: "operand" | "address" | "domain" };

export interface Instruction {
	readonly op: number;
	readonly domain: "token" | "rollout" | Register;
	readonly out: Register;
	readonly variant: number;
	/** Up to seven words a to g. */
	readonly words: readonly Word[];
	/** Other registers that it writes. */
	readonly alsoOut: readonly Register[];
}

export const operand = (register: Register): Word => ({ register, as: "operand" });
export const addressOf = (register: Register): Word => ({ register, as: "address" });

/** @throws RangeError for an address that an operand cannot hold: 2^28 words are more than any adapter binds. */
export function operandWord(kind: number, at: number): number {
	if (at >= 2 ** ADDRESS_BITS) throw new RangeError(`No operand reaches word ${at}.`);
	return ((kind << ADDRESS_BITS) | at) >>> 0;
}

/** Registers that an instruction reads. */
export function readsOf({ words, domain }: Instruction): Register[] {
	const read = words.flatMap((word) => (typeof word === "number" ? [] : [word.register]));
	return typeof domain === "string" ? read : [...read, domain];
}

/** The bits of a number as float32, as an unsigned word. */
export function floatBits(x: number): number {
	return new Uint32Array(Float32Array.of(x).buffer)[0]!;
}
