import { type Instruction, KIND, OP, operandWord, type Register, readsOf, type Word } from "./instructions";

/** Words of each kind of register. */
export type RegisterSizes = Readonly<Record<Register["size"], number>>;

export interface Allocation {
	readonly arenaWords: number;
	/** First word of a register. */
	at(register: Register): number;
}

/**
 * Gives registers their places in the arena; a place is used again once its number has been read for the last time. Instructions
 * that follow each other in one lane may do so without a barrier, all others wait (`encode`), so reuse is safe.
 */
export function allocate(instructions: readonly Instruction[], sizes: RegisterSizes): Allocation {
	const lastUse = new Map<Register, number>();
	instructions.forEach((instruction, i) => {
		for (const register of [...readsOf(instruction), instruction.out, ...instruction.alsoOut]) lastUse.set(register, i);
	});
	const places = new Map<Register, number>();
	const free = new Map<Register["size"], number[]>();
	let words = 0;
	const take = (register: Register) => {
		if (places.has(register)) return;
		const at = free.get(register.size)?.pop() ?? words;
		if (at === words) words += sizes[register.size];
		places.set(register, at);
	};
	instructions.forEach((instruction, i) => {
		for (const register of [instruction.out, ...instruction.alsoOut]) take(register);
		for (const [register, last] of lastUse) {
			if (last !== i || register.kept) continue;
			free.set(register.size, [...(free.get(register.size) ?? []), places.get(register)!]);
			lastUse.delete(register);
		}
	});
	return { arenaWords: Math.max(words, 64), at: (register) => places.get(register)! };
}

/** Words of a stage: how many instructions, first set, padding to word 16, then twelve words each. */
export function encode(instructions: readonly Instruction[], firstSet: number, allocation: Allocation): number[] {
	const out = [instructions.length, firstSet, ...new Array(14).fill(0)];
	instructions.forEach((instruction, i) => {
		const { op, domain, out: to, variant, words } = instruction;
		const sync = i > 0 && !(withinLane(instruction) && withinLane(instructions[i - 1]!));
		const domainWord = domain === "token" ? 0 : domain === "rollout" ? 1 : 2 + allocation.at(domain);
		const encoded = words.map((word) => encodeWord(word, allocation));
		out.push(
			op,
			sync ? 1 : 0,
			domainWord,
			allocation.at(to),
			variant,
			...encoded,
			...new Array(7 - encoded.length).fill(0),
		);
	});
	return out;
}

/** Whether each lane reads only what it wrote itself for the same entry since the last barrier. */
function withinLane({ op, domain }: Instruction): boolean {
	return domain !== "rollout" && (op <= OP.select || op === OP.finish);
}

function encodeWord(word: Word, allocation: Allocation): number {
	if (typeof word === "number") return word;
	const at = allocation.at(word.register);
	if (word.as !== "operand") return word.as === "address" ? at : 2 + at;
	return operandWord(word.register.size === "rollout" ? KIND.rollout : KIND.entry, at);
}
