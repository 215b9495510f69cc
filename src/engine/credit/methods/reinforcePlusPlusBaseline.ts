import { defineMethod } from "../method";
import { normaliserOf, scoredGroups, singletonParam } from "../normaliserParams";
import { normalise, rolloutInput, spread } from "../ops";
import { whiten, whitenScaleParams } from "../sharedParams";

/**
 * REINFORCE++ with a group baseline: return minus group mean, for every token, then whitened over all tokens of the batch.
 *
 * **Edges** a group of one as `singleton` says (verl: its raw reward); equal rewards in all groups give 0.
 * **Against the exact advantage** Dr.GRPO with one scale for the batch, and a shift where lengths and outcomes go together.
 * **Presets** `openrlhf` is the trainer of the paper's author (`reinforce_baseline`) without a KL weight; where it has one it takes each token's
 * penalty from the return to go behind the baseline, which `klPenalty` before this method does not: that penalises returns.
 * **Source** Hu 2025, https://arxiv.org/abs/2501.03262; verl `reinforce_plus_plus_baseline`.
 */
export const reinforcePlusPlusBaseline = defineMethod({
	id: "reinforcePlusPlusBaseline",
	title: "REINFORCE++ baseline",
	family: "group",
	summary: "Compares a rollout with the others of its prompt, then scales by the whole batch instead of by the group.",
	source: {
		cite: "Hu 2025, REINFORCE++: A Simple and Efficient Approach for Aligning Large Language Models",
		url: "https://arxiv.org/abs/2501.03262",
		verification: "compared with the released code",
	},
	params: { singleton: singletonParam("zero"), ...whitenScaleParams },
	presets: { paper: {}, verl: { singleton: "raw" }, openrlhf: { whitenScale: "sd0", whitenEps: 0 } },
	place: { unit: "rollout", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: false },
	gradients: [{ door: "scaled", apples: "scaled" }],
	needs: () => [],
	estimate: (p) => {
		const { singleton } = p;
		const centred = normalise(
			rolloutInput("returns"),
			normaliserOf({ center: "mean", scale: "none", eps: 0, singleton }),
		);
		const { scored } = scoredGroups(singleton);
		return { terms: { outcome: whiten(spread(centred), p, scored) }, ...(scored ? { scored } : {}) };
	},
});
