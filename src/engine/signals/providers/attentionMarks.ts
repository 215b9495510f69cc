import { topShares } from "../../credit/sequenceOps";
import { numberParam } from "../../credit/sharedParams";
import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/**
 * Marks from attention: `preplan`, 1 at the share of policy tokens where WAAD jumps most to the next token; `anchor`, 1 at those that
 * later tokens look at most, never at one that none of them within the horizon looks at (FAI 0).
 */
export const attentionMarks = defineProvider({
	id: "attentionMarks",
	title: "Preplan and anchor tokens",
	summary: "Marks where attention says that a token plans, or anchors what follows.",
	source: { cite: "Attention Illuminates LLM Reasoning, 2025", url: "https://arxiv.org/abs/2510.13554" },
	cost: "arithmetic",
	provides: [
		{ signal: "preplan", level: "token", meaning: "1 for tokens that plan" },
		{ signal: "anchor", level: "token", meaning: "1 for tokens that later ones look at" },
	],
	reads: [],
	params: {
		share: numberParam({
			label: "Share",
			help: "Share of tokens that are marked.",
			default: 0.4,
			min: 0,
			max: 1,
			unit: "",
		}),
	},
	needs: () => [
		{ signal: "waad", level: "token", meaning: "windowed average attention distance" },
		{ signal: "fai", level: "token", meaning: "future attention influence" },
	],
	annotate(batch, { params: { share } }) {
		const { B, T, actionMask, signals } = batch;
		const rollout = Int32Array.from({ length: B * T }, (_, i) => Math.floor(i / T));
		const domain = { count: B * T, rollout, active: actionMask };
		const all = new Float64Array(B * T).fill(1);
		const jumps = new Float64Array(B * T);
		for (let i = 0, before = -1; i < B * T; i++) {
			if (!actionMask[i]) continue;
			if (before >= 0 && rollout[before] === rollout[i])
				jumps[before] = Math.abs(signals.waad!.data[before]! - signals.waad!.data[i]!);
			before = i;
		}
		const signal = { level: "token", provider: "attentionMarks", unit: "" } as const;
		const preplan = topShares(domain, share, jumps, all);
		const fai = signals.fai!.data;
		const anchor = topShares(domain, share, fai, all).map((marked, i) => (fai[i]! > 0 ? marked : 0));
		return {
			batch: withSignal(withSignal(batch, "preplan", { ...signal, data: preplan }), "anchor", {
				...signal,
				data: anchor,
			}),
		};
	},
});
