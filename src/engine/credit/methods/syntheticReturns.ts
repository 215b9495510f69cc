import { defineMethod, type Estimate } from "../method";
import { add, mul, tokenInput, tokenSignal } from "../ops";
import { groupBaseline, toGo, withGroupOfOne, writerParams } from "../redistribution";
import { syntheticParams, syntheticReturns as writer } from "../rewards/writers/syntheticReturns";

/**
 * Synthetic returns: each token is paid what regression says it contributes to later rewards, beside its own reward.
 *
 * r'_t = α·c_t + β·r_t, to go, minus a group baseline. Reads the token signal `contribution` = c. `rewardRegression` fits c in closed form, linear
 * in the choices; the release's network, whose gate and instant reward make a prediction of each reward, is not here.
 *
 * **Edges** c is known up to a constant only: with a discount below 1 that constant matters, without a baseline always. A group of one as `singleton`
 * says.
 * **Against the exact advantage** biased by the regression; it keeps credit where the reward's cause is.
 * **Reduces** to REINFORCE over the group at α = 0, β = 1.
 * **Source** Raposo et al. 2021, "Synthetic Returns for Long-Term Credit Assignment", https://arxiv.org/abs/2102.12425.
 */
export const syntheticReturns = defineMethod({
	id: "syntheticReturns",
	title: "Synthetic returns",
	family: "redistribution",
	summary: "Learns which moments make later rewards likely, and pays them at once.",
	source: writer.source,
	params: {
		...syntheticParams,
		...writerParams,
	},
	presets: { paper: {} },
	place: { unit: "token", source: "a fit to the batch", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: 0.994, apples: 0.994 }],
	needs: writer.needs,
	estimate: (p): Estimate => {
		const contribution = toGo(mul(tokenSignal("contribution"), p.alpha), p);
		const earned = toGo(mul(tokenInput("rewards"), p.beta), p);
		const baseline = groupBaseline(add(contribution, earned), p);
		return withGroupOfOne(
			{ contribution, return: earned, ...(baseline ? { baseline } : {}) },
			p.singleton,
			baseline !== null,
		);
	},
});
