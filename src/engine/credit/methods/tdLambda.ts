import { defineMethod } from "../method";
import { discountParam } from "../normaliserParams";
import { add, mul, neg, next, suffixSum, tokenInput } from "../ops";
import { bootstrapParams, numberParam, valueAfter } from "../sharedParams";

/**
 * TD(λ), forward view: the λ-return minus the value.
 *
 * G_t = r_t + γ[(1−λ) V_{t+1} + λ G_{t+1}], G after the end = V after the end;  A_t = G_t − V_t. V after the end is 0, or with
 * `bootstrap` what is known of a rollout that the limit cut.
 *
 * **Against the exact advantage** as GAE; λ trades the critic's bias against the outcome's variance.
 * **Edges** traces of states (accumulating, replacing, dutch) tell how a table of values is updated as a walk goes on, which nothing here does; over
 * a whole rollout with values held still, what accumulating traces bring back adds up to this credit.
 * **Reduces** to GAE with the same γ, λ and values (tested).
 * **Source** Sutton 1988, "Learning to predict by the methods of temporal differences", https://doi.org/10.1007/BF00115009.
 */
export const tdLambda = defineMethod({
	id: "tdLambda",
	title: "TD(λ)",
	family: "critic",
	summary: "One knob between trusting the critic's next value and waiting for the outcome.",
	source: {
		cite: "Sutton 1988, Learning to Predict by the Methods of Temporal Differences",
		url: "https://doi.org/10.1007/BF00115009",
		verification: "compared with the released code",
	},
	params: {
		discount: discountParam(0.99),
		lambda: numberParam({
			label: "λ",
			help: "0 = one step, then the critic; 1 = the whole outcome.",
			default: 0.9,
			min: 0,
			max: 1,
			unit: "",
		}),
		...bootstrapParams,
	},
	presets: { paper: {}, td0: { lambda: 0 }, monteCarlo: { lambda: 1 } },
	place: { unit: "token", source: "values of prefixes", extra: "a critic or fresh continuations", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [
		{ door: "scaled", apples: "scaled" },
		{ params: { discount: 1 }, door: "equal", apples: "equal" },
	],
	needs: () => [{ field: "values" }],
	estimate: (p) => {
		const { discount, lambda } = p;
		const values = tokenInput("values");
		const end = valueAfter(p);
		const mixed = mul(next(values, end), discount * (1 - lambda));
		// Past the end the λ-return is the value itself, which the scan takes for 0.
		const beyond = mul(next(mul(values, 0), end), discount * lambda);
		const paid = add(add(tokenInput("rewards"), mixed), beyond);
		return { terms: { return: suffixSum(paid, discount * lambda), baseline: neg(values) } };
	},
});
