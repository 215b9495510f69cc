import type { SurrogateInput } from "./surrogate";

/** Fixture "Group P", four responses of one prompt: log-ratios to the behaviour policy, to the reference, and entropies. */
export const LOG_RATIOS = [
	[0.1, 0.3],
	[-0.05, -0.4, 0.02],
	[0, 0.15, -0.1, 0.25],
	[0.05, 0, -0.02],
];
export const TO_REFERENCE = [
	[0.02, -0.03],
	[0.1, 0, -0.2],
	[0, 0.05, 0.04, -0.01],
	[0.3, -0.1, 0],
];
const ENTROPIES = [
	[1.2, 0.3],
	[0.9, 0.1, 0.5],
	[0.2, 1.5, 0.4, 0.3],
	[0.6, 0.6, 0.6],
];
export const ROWS = Int32Array.from(LOG_RATIOS.flatMap((row, b) => row.map(() => b)));
export const flat = (rows: readonly (readonly number[])[]) => Float64Array.from(rows.flat());
const sd = 0.5 + 1e-6;
/** Advantages of one success in four. */
export const GRPO = [0.75 / sd, -0.25 / sd, -0.25 / sd, -0.25 / sd];

export function groupP(advantage: readonly number[] = GRPO, more: Partial<SurrogateInput> = {}): SurrogateInput {
	const logProbs = flat(LOG_RATIOS).map((_, i) => -1 - 0.1 * i);
	return {
		B: 4,
		rows: ROWS,
		logProbs,
		oldLogProbs: logProbs.map((lp, i) => lp - flat(LOG_RATIOS)[i]!),
		refLogProbs: null,
		entropy: flat(ENTROPIES),
		advantage: Float64Array.from(ROWS, (b) => advantage[b]!),
		...more,
	};
}
/** Tokens of one response as a batch of their own. */
export const alone = (input: SurrogateInput, from: number, to: number): SurrogateInput => ({
	...input,
	B: 1,
	rows: new Int32Array(to - from),
	logProbs: input.logProbs.slice(from, to),
	oldLogProbs: input.oldLogProbs.slice(from, to),
	entropy: input.entropy.slice(from, to),
	advantage: input.advantage.slice(from, to),
});
