import { klNeeds, klParams, penalisedRewards } from "../klReward";
import { defineMethod } from "../method";
import { discountParam } from "../normaliserParams";
import { add, div, mul, type Node, next, reduceToSpans, spread, sub, suffixSum, tokenInput } from "../ops";
import type { Partition } from "../partition";
import { bootstrapParams, choiceParam, integerParam, numberParam, valueAfter } from "../sharedParams";

/**
 * MA-RLHF: GAE over macro actions of n tokens.
 *
 * r'_u = sum (paper) or mean (released) of the macro's rewards, V'_u = mean, last, or position-weighted mean (1/i) of its values;
 * δ_u = r'_u + γV'_{u+1} − V'_u; A_u = δ_u + γλA_{u+1}, for all tokens of the macro. The last token is a macro of its own whatever
 * cuts, as in the release, so that the final reward is not averaged away. `cut=marks` starts macros where the token signal `macroStart` is
 * not 0. V' after the last macro is 0, or `bootstrap` where the rollout was cut; the release has none (`bootstrap=false`).
 * Where it weighs values by position it weighs rewards so, too; here they are their sum or mean.
 *
 * With `klCoef` > 0, each token's reward is first reduced by klCoef · k(log p − log p_ref), as the release does (0.05, k1).
 *
 * **Edges** empty macros, which the release emits, do not exist here. `reward=mean` pays a long macro less for the same, so that shaping by a
 * potential does not cancel out, at γ = 1 either: a macro of n tokens earns (Φ_{u+1} − Φ_u)/n, and as the last macro is shorter the rollout earns
 * more or less by the Φ on its way. By the sum it earns −Φ_0, whatever the way.
 * **Against the exact advantage** as GAE, blurred over n tokens.
 * **Reduces** to GAE at n = 1, cut rollouts included.
 * **Source** Chai et al. 2024, "MA-RLHF", https://arxiv.org/abs/2410.02743.
 */
export const maRlhf = defineMethod({
	id: "maRlhf",
	title: "MA-RLHF",
	family: "segment",
	summary: "Treats a few tokens as one decision, so that credit has fewer steps to travel.",
	source: {
		cite: "Chai et al. 2024, MA-RLHF: Reinforcement Learning from Human Feedback with Macro Actions",
		url: "https://arxiv.org/abs/2410.02743",
		verification: "compared with the released code",
	},
	params: {
		cut: choiceParam({
			label: "Cut",
			help: "Fixed length, or where the signal macroStart says.",
			default: "fixed",
			options: ["fixed", "marks"],
		}),
		length: integerParam({
			label: "Tokens of a macro",
			help: "n of the fixed cut.",
			default: 5,
			min: 1,
			max: 10000,
			unit: "tokens",
		}),
		reward: choiceParam({
			label: "Reward of a macro",
			help: "Sum (paper) or mean (released code) of its tokens' rewards.",
			default: "sum",
			options: ["sum", "mean"],
		}),
		value: choiceParam({
			label: "Value of a macro",
			help: "Mean, last, or position-weighted mean of its tokens' values.",
			default: "mean",
			options: ["mean", "last", "position"],
		}),
		discount: discountParam(),
		lambda: numberParam({ label: "λ", help: "Weight of later surprises.", default: 0.95, min: 0, max: 1, unit: "" }),
		...bootstrapParams,
		...klParams,
	},
	presets: { paper: {}, released: { reward: "mean", klCoef: 0.05, bootstrap: false } },
	place: {
		unit: "step or segment",
		source: "values of prefixes",
		extra: "a critic or fresh continuations",
		offPolicy: false,
	},
	traits: { zeroWhenEqual: false, groupLocal: true },
	discountsSpans: ({ cut, length }) => cut === "marks" || length > 1,
	gradients: [
		{ door: 0.945, apples: 0.946 },
		{ params: { length: 1 }, door: "equal", apples: "equal" },
	],
	needs: (p) => [
		{ field: "values" },
		...klNeeds(p),
		...(p.cut === "marks"
			? [{ signal: "macroStart", level: "token", meaning: "1 where a macro action starts" } as const]
			: []),
	],
	estimate: (p) => {
		const partition: Partition =
			p.cut === "marks"
				? { kind: "marks", signal: "macroStart", lastAlone: true }
				: { kind: "fixed", length: p.length, lastAlone: true, levels: 0 };
		const reward = reduceToSpans(penalisedRewards(p), p.reward, partition);
		const value =
			p.value === "position" ? weighted(partition) : reduceToSpans(tokenInput("values"), p.value, partition);
		const td = sub(add(reward, mul(next(value, valueAfter(p)), p.discount)), value);
		const sum = suffixSum(td, p.discount * p.lambda);
		return { terms: { td: spread(td), later: spread(sub(sum, td)) } };
	},
});

/** Σ V_i / i over Σ 1 / i, i = 1, 2, … within the macro. */
function weighted(partition: Partition): Node<"span"> {
	const position = tokenInput("position");
	const start = spread(reduceToSpans(position, "first", partition));
	const weight = div(1, add(sub(position, start), 1));
	const sum = (x: Node<"token">) => reduceToSpans(x, "sum", partition);
	return div(sum(mul(tokenInput("values"), weight)), sum(weight));
}
