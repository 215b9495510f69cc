import { MissingSignal } from "../../core/errors";
import { defineProvider } from "../provider";

/**
 * Values of a critic: the value head's V of the prefix before each token, written by the sampler as it goes, and `bootstrap` after the
 * last token of a rollout that the limit cut. The head is trained beside the policy; see `training/critic.ts`.
 */
export const criticValues = defineProvider({
	id: "criticValues",
	title: "Values of a critic",
	summary: "Predicts the return of every prefix with a second output of the model, trained beside the policy.",
	source: {
		cite: "Schulman et al. 2017, Proximal Policy Optimization Algorithms",
		url: "https://arxiv.org/abs/1707.06347",
	},
	cost: "arithmetic",
	provides: [{ field: "values" }],
	reads: ["critic"],
	params: {},
	needs: () => [],
	annotate(batch) {
		if (!batch.values) throw new MissingSignal("values", "The rollouts were sampled without a value head.");
		return { batch };
	},
});
