import { klNeeds, klParams, penalisedReturns } from "../klReward";
import { defineMethod } from "../method";
import { epsParam, normaliserOf, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import { groupStat, less, normalise, spread } from "../ops";
import { choiceParam, flagParam } from "../sharedParams";

/**
 * REINFORCE leave-one-out: the return minus the mean return of the other rollouts of the group.
 *
 * A_i = R_i − 1/(G−1) · Σ_{j≠i} R_j = G/(G−1) · (R_i − mean_g R), for every token.
 * With `normalise` the advantages of the batch's rollouts are then shifted and scaled to (A − mean)/(sd + eps).
 * With `klCoef` > 0, R'_i = R_i − klCoef · Σ_t k(log p_t − log p_ref,t) takes the place of R_i.
 *
 * **Edges** equal returns give exactly 0; a group of one as `singleton` says: verl's loop gives the raw reward, its
 * vectorised form and TRL give 0; what is skipped is not among those that `normalise` compares, which gives a batch of one 0.
 * **Against the exact advantage** unbiased for the policy gradient: the baseline does not depend on the rollout.
 * **Reduces** to G/(G−1) · Dr.GRPO.
 * **Source** Ahmadian et al. 2024, "Back to Basics", https://arxiv.org/abs/2402.14740; Kool et al. 2019, "Buy 4 REINFORCE
 * Samples, Get a Baseline for Free!". Normalised as by TRL's `normalize_advantages`.
 */
export const rloo = defineMethod({
	id: "rloo",
	title: "RLOO",
	family: "group",
	summary:
		"Compares a rollout's return with the mean of the others of its prompt: a baseline that costs nothing and biases nothing.",
	source: {
		cite: "Ahmadian et al. 2024, Back to Basics: Revisiting REINFORCE Style Optimization for Learning from Human Feedback in LLMs",
		url: "https://arxiv.org/abs/2402.14740",
		verification: "compared with the released code",
	},
	params: {
		scale: scaleParam("none"),
		eps: epsParam(1e-4),
		singleton: singletonParam("zero"),
		...klParams,
		normalise: flagParam({
			label: "Normalise",
			help: "Shift and scale the advantages of the batch's rollouts to mean 0 and deviation 1.",
			default: false,
		}),
		normaliseScale: choiceParam({
			label: "Normalising deviation",
			help: "Over the rollouts of the batch, with divisor n − 1 (sd1) or n (sd0); epsilon is added to it, too.",
			default: "sd1",
			options: ["sd1", "sd0"],
		}),
	},
	presets: {
		paper: {},
		verl: { singleton: "raw" },
		verlVectorized: {},
		trl: { klCoef: 0.05 },
		trlNormalised: { klCoef: 0.05, normalise: true },
	},
	// Equal returns may still differ in what KL takes out of them.
	place: { unit: "rollout", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: "equal", apples: "equal" }],
	batchWide: ({ normalise }) => normalise,
	needs: (p) => klNeeds(p),
	estimate: (p) => {
		const own = normalise(penalisedReturns(p), normaliserOf({ ...p, center: "loo" }));
		const over = { center: "mean", scale: p.normaliseScale, eps: p.eps, singleton: "zero" } as const;
		const batch = normaliserOf(over, { within: "batch" });
		const among = p.singleton === "skip" ? { where: less(1, groupStat(own, "count", { within: "group" })) } : {};
		const outcome = p.normalise ? normalise(own, batch, among) : own;
		return { terms: { outcome: spread(outcome) }, ...scoredGroups(p.singleton) };
	},
});
