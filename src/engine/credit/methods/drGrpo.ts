import { defineMethod } from "../method";
import { scoredGroups, singletonParam } from "../normaliserParams";
import { normalise, rolloutInput, spread } from "../ops";

/**
 * GRPO done right: the return minus the mean of its group, undivided.
 *
 * A_{i,t} = R_i − mean_g R. The other half of the method is its loss: sums over tokens divided by a constant (`agg=constant`).
 *
 * **Edges** equal returns give exactly 0; a group of one as `singleton` says.
 * **Against the exact advantage** the return's sign for every token; in expectation (G−1)/G of the exact policy gradient.
 * **Reduces** to RLOO · (G−1)/G.
 * **Source** Liu et al. 2025, "Understanding R1-Zero-Like Training: A Critical Perspective", https://arxiv.org/abs/2503.20783.
 */
export const drGrpo = defineMethod({
	id: "drGrpo",
	title: "Dr.GRPO",
	family: "group",
	summary: "GRPO without dividing by the standard deviation, so that easy and hard prompts weigh alike.",
	source: {
		cite: "Liu et al. 2025, Understanding R1-Zero-Like Training: A Critical Perspective",
		url: "https://arxiv.org/abs/2503.20783",
		verification: "compared with the released code",
	},
	params: { singleton: singletonParam("zero") },
	presets: { paper: {}, verl: { singleton: "raw" }, trl: {} },
	traits: { zeroWhenEqual: true, groupLocal: true },
	gradients: [{ door: "groupMean", apples: "groupMean" }],
	needs: () => [],
	estimate: ({ singleton }) => ({
		terms: {
			outcome: spread(
				normalise(rolloutInput("returns"), {
					within: "group",
					center: "mean",
					scale: "none",
					eps: 0,
					epsOn: "sd",
					singleton: singleton === "raw" ? "raw" : "zero",
				}),
			),
		},
		...scoredGroups(singleton),
	}),
});
