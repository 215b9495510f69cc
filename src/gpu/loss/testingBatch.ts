import { Rng } from "../../engine/core/rng";
import type { SurrogateInput } from "../../engine/losses/surrogate";
import { type ScoredTokens, tokenLogProbs } from "../../engine/model/tokenLogProbs";
import { randomMachine } from "../../testing/randomMachine";
import { RECORD, REQUEST_HEADER, ROWS, type RolloutShape } from "../rollout/rolloutBuffers";

export const V = 11;
export const P = 3;
export const GROUP = 3;
export const STATES = 9;
export const TEMPERATURE = 0.7;
export const shape: RolloutShape = { B: 6, paddedB: 8, T: 7, N: 10, tokenSection: 64, rowSection: 64, positions: 9 };
export const machine = randomMachine(STATES, V, 5);
/** Rows of the minibatch, and its first. */
export const R = 3;
export const FIRST = 3;
/** Floats of the arena before the advantage and before the flags. */
export const CREDIT = { advantage: 64, scored: 128, words: 192 } as const;

/** Rollouts that no sampler made: any number may stand in any place. Two in three log-ratios are near 0, the others go beyond ± 20. */
export interface TestBatch {
	readonly rows: Uint32Array<ArrayBuffer>;
	readonly record: Uint32Array<ArrayBuffer>;
	readonly request: Uint32Array<ArrayBuffer>;
	readonly credit: Float32Array<ArrayBuffer>;
	/** Of the minibatch `[R·N][V]`. */
	readonly logits: Float32Array<ArrayBuffer>;
	/** What the float64 loss sees of the minibatch. */
	readonly input: SurrogateInput & { readonly refLogProbs: Float64Array; readonly oldEntropy: Float64Array };
	readonly scored: ScoredTokens;
	/** Where each counted token lies in the minibatch: i·T + t. */
	readonly at: readonly number[];
}

export type Edge = "plain" | "empty rows" | "all masked" | "all unscored";

export function testBatch(seed: number, edge: Edge): TestBatch {
	const rng = Rng.of(seed);
	const { B, T, N, tokenSection, rowSection } = shape;
	const rows = new Uint32Array(6 * rowSection);
	const record = new Uint32Array(9 * tokenSection + B * N);
	const request = new Uint32Array(REQUEST_HEADER + (B / GROUP) * (2 + P));
	const credit = new Float32Array(CREDIT.words);
	const logits = Float32Array.from({ length: R * N * V }, () => 3 * rng.normal());
	const floats = new Float32Array(record.buffer);
	const returns = new Float32Array(rows.buffer);
	for (let p = 0; p < B / GROUP; p++) request[REQUEST_HEADER + p] = 1 + rng.integer(P);
	const list: { b: number; t: number; target: number; state: number; row: number }[] = [];
	const chosen: number[] = [];
	for (let b = 0; b < B; b++) {
		const empty = edge === "empty rows" && b >= FIRST && b < FIRST + 2;
		const length = empty ? b - FIRST : 1 + rng.integer(T);
		const prompt = request[REQUEST_HEADER + Math.floor(b / GROUP)]!;
		rows[ROWS.length * rowSection + b] = length;
		rows[ROWS.success * rowSection + b] = rng.integer(2);
		returns[ROWS.returns * rowSection + b] = rng.integer(2);
		for (let n = 0; n < N; n++) record[9 * tokenSection + b * N + n] = rng.integer(V);
		for (let t = 0; t < length; t++) {
			const entry = b * T + t;
			const state = [0, 1, 3, 4, 6][rng.integer(5)]!;
			const legal = [...Array(V).keys()].filter((v) => machine.weight[state * V + v]! > 0);
			const target = legal[rng.integer(legal.length)]!;
			record[RECORD.tokens * tokenSection + entry] = target;
			record[RECORD.states * tokenSection + entry] = state;
			const acted = edge !== "all masked" && rng.uniform() < 0.8;
			record[RECORD.mask * tokenSection + entry] = acted ? 1 : 0;
			floats[RECORD.entropy * tokenSection + entry] = 2 * rng.uniform();
			if (!acted) continue;
			const isScored = edge !== "all unscored" && rng.uniform() < 0.9;
			credit[CREDIT.advantage + entry] = rng.uniform() < 0.1 ? 0 : rng.normal();
			credit[CREDIT.scored + entry] = isScored ? 1 : 0;
			if (!isScored || b < FIRST || b >= FIRST + R) continue;
			list.push({ b, t, target, state, row: (b - FIRST) * N + prompt + t - 1 });
			chosen.push(entry);
		}
	}
	const scored: ScoredTokens = {
		count: list.length,
		rows: Int32Array.from(list, (x) => x.row),
		targets: Int32Array.from(list, (x) => x.target),
		legal: { table: machine.weight, states: Uint32Array.from(list, (x) => x.state) },
		temperature: TEMPERATURE,
	};
	const logProbs = new Float64Array(list.length);
	const entropy = new Float64Array(list.length);
	tokenLogProbs(logProbs, entropy, Float64Array.from(logits), V, scored);
	chosen.forEach((entry, i) => {
		floats[RECORD.logProbs * tokenSection + entry] = logProbs[i]! - logRatio(rng);
		floats[RECORD.refLogProbs * tokenSection + entry] = logProbs[i]! - logRatio(rng);
	});
	const pick = (first: number, from: Float32Array) => Float64Array.from(chosen, (entry) => from[first + entry]!);
	return {
		rows,
		record,
		request,
		credit,
		logits,
		scored,
		at: list.map(({ b, t }) => (b - FIRST) * T + t),
		input: {
			B: R,
			rows: Int32Array.from(list, ({ b }) => b - FIRST),
			logProbs,
			entropy,
			oldLogProbs: pick(RECORD.logProbs * tokenSection, floats),
			oldEntropy: pick(RECORD.entropy * tokenSection, floats),
			refLogProbs: pick(RECORD.refLogProbs * tokenSection, floats),
			advantage: pick(CREDIT.advantage, credit),
		},
	};
}

function logRatio(rng: Rng): number {
	const kind = rng.uniform();
	if (kind < 0.5) return 0.01 * rng.normal();
	return kind < 0.9 ? 0.6 * rng.normal() : 12 * rng.normal();
}
