import { MissingSignal } from "../../core/errors";
import { discountParam } from "../../credit/normaliserParams";
import { numberParam } from "../../credit/sharedParams";
import { defineProvider } from "../provider";

export const CRITIC_PARAMS = {
	coef: numberParam({
		label: "Weight of the value loss",
		help: "Beside the policy loss; its gradient reaches the shared layers too.",
		default: 0.5,
		min: 0,
		max: 100,
		unit: "",
	}),
	discount: {
		...discountParam(),
		label: "Discount γ of the targets",
		help: "Weight of a reward that is paid one policy token later; 1: as the method that reads the values discounts tokens.",
	},
	lambda: numberParam({
		label: "λ of the targets",
		help: "1: the head learns the return that followed; below, partly its own later values. Not the method's λ.",
		default: 1,
		min: 0,
		max: 1,
		unit: "",
	}),
	clip: numberParam({
		label: "Value clip",
		help: "How far a value may move from that of sampling time before its gradient stops; 0 = no limit, verl has 0.5.",
		default: 0,
		min: 0,
		max: 1e6,
		unit: "return",
	}),
} as const;

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
	params: CRITIC_PARAMS,
	needs: () => [],
	tabulate: () => ({ gives: "carried" }),
	annotate(batch) {
		if (!batch.values) throw new MissingSignal("values", "The rollouts were sampled without a value head.");
		return { batch };
	},
});
