import { add, mul, tokenSignal } from "../../ops";
import { numberParam } from "../../sharedParams";
import { defineWriter } from "../writer";

export const syntheticParams = {
	alpha: numberParam({ label: "α", help: "Weight of the contribution.", default: 0.3, min: 0, max: 100, unit: "" }),
	beta: numberParam({ label: "β", help: "Weight of the reward itself.", default: 1, min: 0, max: 100, unit: "" }),
};

/**
 * Synthetic returns as a reward: every token is paid at once what regression says that it contributes to later rewards.
 *
 * r'_t = α·c_t + β·r_t. Reads the token signal `contribution` = c.
 *
 * **Edges** c is known up to a constant only.
 * **Source** Raposo et al. 2021, "Synthetic Returns for Long-Term Credit Assignment", https://arxiv.org/abs/2102.12425.
 */
export const syntheticReturns = defineWriter({
	id: "syntheticReturns",
	title: "Synthetic returns",
	summary: "Pays the moments that make later rewards likely, at once.",
	source: {
		cite: "Raposo et al. 2021, Synthetic Returns for Long-Term Credit Assignment",
		url: "https://arxiv.org/abs/2102.12425",
		verification: "compared with the released code",
	},
	params: syntheticParams,
	kind: "adds",
	gradients: [{ door: 0.994, apples: 0.994 }],
	needs: () => [{ signal: "contribution", level: "token", meaning: "contribution of each token to later rewards" }],
	write({ alpha, beta }, { rewards }) {
		if (alpha === 0 && beta === 1) return null;
		return { rewards: add(mul(tokenSignal("contribution"), alpha), mul(rewards, beta - 1)) };
	},
});
