import { choiceParam, integerParam, numberParam } from "../../credit/sharedParams";
import type { RolloutBatch } from "../../rollouts/batch";
import { withSignal } from "../additions";
import { chosenLayers, type FlowReading, fai, meanDistance, meanMap, splitHeads, waad } from "../attention";
import { defineProvider } from "../provider";
import type { RolloutAttention } from "../sources";

/**
 * Attention over prompt and response, reduced to two numbers a token: `waad`, how far local heads look back from it, and `fai`, how
 * much global heads look at it later. Heads are split once a batch by their mean distance over all response tokens.
 *
 * The paper takes window 10 and horizon 10 to 50 (first version) or 10 to 100 (second) on texts of a thousand tokens; the defaults are
 * for responses of ten to thirty. What it leaves open: which layers (`layers`: all, or the middle third as in its experiments), and
 * whether looking at the prompt counts in the distance (`keys`).
 * **Edges** the last `from` tokens have no one behind them to look at them: fai 0. Environment tokens have both numbers too.
 */
export const attentionFlow = defineProvider({
	id: "attentionFlow",
	title: "Attention flow",
	summary: "Reads from the model's attention which tokens look far back and which are looked at later.",
	source: { cite: "Attention Illuminates LLM Reasoning, 2025", url: "https://arxiv.org/abs/2510.13554" },
	cost: "forward pass",
	provides: [
		{ signal: "waad", level: "token", meaning: "windowed average attention distance" },
		{ signal: "fai", level: "token", meaning: "future attention influence" },
	],
	reads: ["policy"],
	params: {
		window: integerParam({
			label: "Window",
			help: "Distances beyond it count as this (paper: 10).",
			default: 5,
			min: 1,
			max: 10000,
			unit: "tokens",
		}),
		from: integerParam({
			label: "Horizon from",
			help: "Influence counts from so many tokens later (paper: 10).",
			default: 1,
			min: 1,
			max: 10000,
			unit: "tokens",
		}),
		to: integerParam({
			label: "Horizon to",
			help: "Influence counts up to so many tokens later (paper: 50, then 100).",
			default: 10,
			min: 1,
			max: 10000,
			unit: "tokens",
		}),
		share: numberParam({
			label: "Share of heads",
			help: "Lowest and highest share of heads by distance that are local and global.",
			default: 0.3,
			min: 0,
			max: 0.5,
			unit: "",
		}),
		layers: choiceParam({
			label: "Layers",
			help: "All, or the middle third.",
			default: "all",
			options: ["all", "middle"],
		}),
		keys: choiceParam({
			label: "Looked at",
			help: "Prompt and response, or the response alone.",
			default: "all",
			options: ["all", "response"],
		}),
	},
	needs: () => [],
	tabulate: (_, reading) => ({ gives: "attention", provider: "attentionFlow", reading }),
	annotate(batch, { params, sources }) {
		const rollouts = sources.policy!.attention().map((rollout) => chosen(rollout, params));
		const { local, global } = splitHeads(headDistances(rollouts), params.share);
		const look = new Float64Array(batch.B * batch.T);
		const influence = new Float64Array(batch.B * batch.T);
		for (const [b, { heads, N, first }] of rollouts.entries()) {
			if (N === first) continue;
			look.set(waad(meanMap(heads, local, N), N, params.window).subarray(first), b * batch.T);
			influence.set(fai(meanMap(heads, global, N), N, params.from, params.to).subarray(first), b * batch.T);
		}
		return {
			batch: withFlow(batch, look, influence),
			cost: { extraTokens: 0, modelCalls: batch.B },
		};
	},
});

function withFlow(batch: RolloutBatch, look: Float64Array, influence: Float64Array): RolloutBatch {
	const signal = { level: "token", provider: "attentionFlow" } as const;
	const looked = withSignal(batch, "waad", { ...signal, data: look, unit: "tokens" });
	return withSignal(looked, "fai", { ...signal, data: influence, unit: "" });
}

/** Maps of the chosen layers' heads in one row, over N tokens of which the response starts at `first`. */
export interface Chosen {
	readonly heads: readonly ArrayLike<number>[];
	readonly N: number;
	readonly first: number;
}

/** The maps that a reading looks at: of its layers, with or without the prompt. */
export function chosen(
	{ N, promptLength, layers }: RolloutAttention,
	{ layers: which, keys }: Pick<FlowReading, "layers" | "keys">,
): Chosen {
	const some = chosenLayers(layers.length, which).map((l) => layers[l]!);
	if (keys === "all") return { heads: some.flat(), N, first: promptLength };
	const n = N - promptLength;
	const crop = (map: ArrayLike<number>) =>
		Float64Array.from(
			{ length: n * n },
			(_, i) => map[(promptLength + Math.floor(i / n)) * N + promptLength + (i % n)]!,
		);
	return { heads: some.flat().map(crop), N: n, first: 0 };
}

/** Mean distance of each head over the response tokens of all rollouts. */
function headDistances(rollouts: readonly Chosen[]): number[] {
	const heads = rollouts[0]?.heads.length ?? 0;
	const tokens = rollouts.reduce((sum, { N, first }) => sum + N - first, 0);
	return Array.from({ length: heads }, (_, h) =>
		tokens === 0
			? 0
			: rollouts.reduce((sum, { heads: maps, N, first }) => sum + (N - first) * meanDistance(maps[h]!, N, first), 0) /
				tokens,
	);
}
