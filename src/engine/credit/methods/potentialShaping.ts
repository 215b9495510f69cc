import { defineMethod, type Estimate } from "../method";
import { add, tokenInput } from "../ops";
import { groupBaseline, toGo, withGroupOfOne, writerParams } from "../redistribution";
import { shapingOf, potentialShaping as writer } from "../rewards/writers/potentialShaping";

/**
 * Potential-based shaping: rewards plus γΦ_{t+1} − Φ_t, then rewards to go minus a group baseline.
 *
 * Reads the token signal `potential`, Φ of the prefix before each token. Φ after the end is 0; where the limit cut, `bootstrap` if known.
 * Terms: `return`, `shaping`, `baseline`.
 *
 * **Not verified** against the paper's text; there is no released code.
 * **Edges** without discount a rollout's shaping adds up to −Φ_0, so it acts as a baseline that depends on the prefix; a group of one as `singleton` says.
 * **Against the exact advantage** the same optimal policies for every Φ; with Φ = V and γ = 1 the shaped reward is the exact TD error on average.
 * **Reduces** to REINFORCE over the group at Φ = 0.
 * **Source** Ng, Harada & Russell 1999, "Policy invariance under reward transformations", theorem 1,
 * https://people.eecs.berkeley.edu/~russell/papers/icml99-shaping.pdf.
 */
export const potentialShaping = defineMethod({
	id: "potentialShaping",
	title: "Potential-based shaping",
	family: "redistribution",
	summary: "Pays progress on a map of promising places, in the one way that cannot change what is best.",
	source: writer.source,
	params: writerParams,
	presets: { paper: {} },
	place: { unit: "token", source: "values of prefixes", extra: "a critic or fresh continuations", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: "groupMean", apples: "groupMean" }],
	needs: writer.needs,
	estimate: (p): Estimate => {
		const shaping = toGo(shapingOf(p.discount).rewards, p);
		const earned = toGo(tokenInput("rewards"), p);
		const baseline = groupBaseline(add(earned, shaping), p);
		return withGroupOfOne(
			{ return: earned, shaping, ...(baseline ? { baseline } : {}) },
			p.singleton,
			baseline !== null,
		);
	},
});
