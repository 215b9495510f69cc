import { numberParam } from "../../credit/sharedParams";
import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/**
 * A running mean of what earlier batches earned, for every rollout alike: b_1 = 0, b_2 = mean R of batch 1,
 * b_{k+1} = decay·b_k + (1 − decay)·mean R of batch k. A batch enters after its own credit, so that b does not depend on its rollouts.
 *
 * **Edges** returns are the task's, before anything a method takes out of them. The first batch has nothing subtracted. The mean is part of the checkpoint: a run that goes on repeats an uninterrupted one.
 * **Source** Williams 1992, reinforcement comparison, https://doi.org/10.1007/BF00992696.
 */
export const runningReturns = defineProvider({
	id: "runningReturns",
	title: "Running mean of returns",
	summary: "Remembers what earlier batches earned, older ones less and less.",
	source: {
		cite: "Williams 1992, Simple statistical gradient-following algorithms for connectionist reinforcement learning",
		url: "https://doi.org/10.1007/BF00992696",
	},
	cost: "arithmetic",
	provides: [
		{
			signal: "runningReturn",
			level: "rollout",
			meaning: "mean return of earlier batches, older ones counting less",
		},
	],
	reads: ["memory"],
	params: {
		decay: numberParam({
			label: "Decay",
			help: "Share of the running mean that stays when a batch comes in; 0: the mean of the last batch alone.",
			default: 0.9,
			min: 0,
			max: 0.999999,
			unit: "",
		}),
	},
	needs: () => [],
	annotate(batch, { sources }) {
		const data = new Float64Array(batch.B).fill(sources.memory?.runningReturns ?? 0);
		return {
			batch: withSignal(batch, "runningReturn", { level: "rollout", data, provider: "runningReturns", unit: "return" }),
		};
	},
	remember({ returns }, before, { decay }) {
		const mean = returns.reduce((sum, r) => sum + r, 0) / returns.length;
		return before === undefined ? mean : decay * before + (1 - decay) * mean;
	},
});
