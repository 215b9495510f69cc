import { defineMethod, type Estimate } from "../method";
import { tokenSignal } from "../ops";
import { groupBaseline, toGo, withGroupOfOne, writerParams } from "../redistribution";
import { returnDecomposition as writer } from "../rewards/writers/returnDecomposition";

/**
 * Return decomposition: learned rewards whose sum explains the return, to go, minus a group baseline.
 *
 * A_t = Σ_{k≥t} γ^{k−t} r̂_k − baseline. Reads the token signal `rewardModel` = r̂.
 *
 * `returnRegression` learns r̂ from sums over all tokens (Efroni et al.) or, with its `subset`, over random ones (RRD, Ren et al.).
 *
 * **Edges** r̂ need not add up to R; what is not identifiable stays so. A group of one as `singleton` says.
 * **Against the exact advantage** biased by the regression's error.
 * **Source** Efroni et al. 2021, "Reinforcement Learning with Trajectory Feedback", https://arxiv.org/abs/2008.06036; Ren et al. 2022, https://arxiv.org/abs/2111.13485.
 */
export const returnDecomposition = defineMethod({
	id: "returnDecomposition",
	title: "Return decomposition",
	family: "redistribution",
	summary: "Learns a reward for every token that adds up to the outcome, and uses those.",
	source: writer.source,
	params: writerParams,
	presets: { paper: {} },
	place: { unit: "token", source: "a fit to the batch", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: 0.887, apples: 0.908 }],
	needs: writer.needs,
	estimate: (p): Estimate => {
		const earned = toGo(tokenSignal("rewardModel"), p);
		const baseline = groupBaseline(earned, p);
		return withGroupOfOne({ return: earned, ...(baseline ? { baseline } : {}) }, p.singleton, baseline !== null);
	},
});
