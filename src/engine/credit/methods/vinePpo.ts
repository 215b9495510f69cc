import { defineMethod } from "../method";
import { add, covered, known, next, not, reduceToSpans, select, spread, sub, suffixSum, tokenInput } from "../ops";
import { partitionOf, unitNeeds, unitParam, whiten, whitenParams } from "../sharedParams";

/**
 * VinePPO: the difference of values at step boundaries, each estimated by fresh rollouts from there.
 *
 * A_k = r_k + V(s_{k+1}) − V(s_k) for all tokens of step k; r_k what the step earned, V after the last step 0. The boundary values
 * are read from `values` at the first token of each step; where one is unknown it is filled in from the end, so that the step
 * gets 0.
 *
 * **Edges** tokens outside of steps are not scored.
 * **Against the exact advantage** unbiased at the level of steps (values of K rollouts are unbiased); equal for all tokens of a
 * step; the last step carries one sample's noise.
 * **Reduces** to telescoping: the steps of a rollout add up to R − V(prompt).
 * **Source** Kazemnejad et al. 2024, "VinePPO", https://arxiv.org/abs/2410.01679.
 */
export const vinePpo = defineMethod({
	id: "vinePpo",
	title: "VinePPO",
	family: "segment",
	summary: "Asks by trying again from every step how much that step changed the chance of success.",
	source: {
		cite: "Kazemnejad et al. 2024, VinePPO: Refining Credit Assignment in RL Training of LLMs",
		url: "https://arxiv.org/abs/2410.01679",
		verification: "compared with the released code",
	},
	params: { unit: unitParam("step"), ...whitenParams(false) },
	presets: { paper: {}, released: { whiten: true } },
	place: { unit: "step or segment", source: "values of prefixes", extra: "fresh continuations", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: false },
	gradients: [{ door: "equal", apples: "equal" }],
	needs: ({ unit }) => [...unitNeeds(unit), { field: "values", at: partitionOf(unit) }],
	estimate: (p) => {
		const partition = partitionOf(p.unit);
		const raw = reduceToSpans(tokenInput("values"), "first", partition);
		const paid = reduceToSpans(tokenInput("rewards"), "sum", partition);
		const value = suffixSum(select(known(raw), raw, paid), not(known(raw)));
		const step = spread(sub(add(paid, next(value, 0)), value));
		const scored = covered(partition);
		return { terms: { step: p.whiten ? whiten(step, p, scored) : step }, scored };
	},
});
