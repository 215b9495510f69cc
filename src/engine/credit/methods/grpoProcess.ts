import { defineMethod } from "../method";
import { centerParam, epsParam, normaliserOf, scaleParam, singletonParam } from "../normaliserParams";
import { covered, groupStat, known, less, normalise, spanInput, spread, suffixSum } from "../ops";
import { STEPS } from "../partition";

/**
 * GRPO with process supervision: the rewards of all steps of a group are normalised together, and a token gets the sum of those of its
 * own and later steps.
 *
 * p̂_{i,k} = (p_{i,k} − mean) / (sd + eps) over all steps of the group; A_{i,k} = Σ_{u≥k} p̂_{i,u} for the tokens of step k.
 *
 * **Edges** steps without a reward add nothing; tokens outside of steps are not scored; a group with one paid step in all as
 * `singleton` says; skipped, so is a group without any. Long rollouts sum more terms: a rollout of many mediocre steps is not worth 0.
 * **Against the exact advantage** that of the step rewards, with one baseline for all places; biased where rewards depend on the place.
 * **Reduces** to GRPO where every rollout has one step that is paid its return.
 * **Source** Shao et al. 2024, "DeepSeekMath", https://arxiv.org/abs/2402.03300, section 4.1.3: all step rewards of the
 * group in one mean and one deviation, and for token t the sum over steps that end at t or later. There tokens after the last step get 0.
 * ddof and eps are left open.
 */
export const grpoProcess = defineMethod({
	id: "grpoProcess",
	title: "GRPO, process",
	family: "step",
	summary: "Compares every step with all steps of the group, and pays a step for itself and what comes after it.",
	source: {
		cite: "Shao et al. 2024, DeepSeekMath: Pushing the Limits of Mathematical Reasoning in Open Language Models",
		url: "https://arxiv.org/abs/2402.03300",
		verification: "paper read",
	},
	params: {
		center: centerParam("mean", ["none", "mean", "loo"]),
		scale: scaleParam("sd1"),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
	},
	presets: { paper: {} },
	place: { unit: "step or segment", source: "a judge of steps", extra: "a judge", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: 0.897, apples: 0.898 }],
	needs: () => [{ stepField: "reward", of: "steps" }],
	estimate: (p) => {
		const rewards = spanInput("reward", STEPS);
		const process = normalise(rewards, normaliserOf(p), { where: known(rewards) });
		const steps = groupStat(known(rewards), "sum", { within: "group" });
		return {
			terms: { process: spread(suffixSum(process)) },
			scored: p.singleton === "skip" ? spread(less(1, steps)) : covered(STEPS),
		};
	},
});
