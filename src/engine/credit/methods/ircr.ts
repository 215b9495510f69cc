import { defineMethod, type Estimate } from "../method";
import { rolloutInput, spread } from "../ops";
import { ircrParams, scaledReturns, ircr as writer } from "../rewards/writers/ircr";

/**
 * IRCR: every token of a rollout gets the rollout's return, scaled to the range seen in the batch.
 *
 * r̂ = (R − R_min)/(R_max − R_min) for every token, over the batch; with `per=token` of R/n, n policy tokens, as in the authors' code (`released`).
 *
 * **Edges** equal returns give 0. The range of the batch stands in for that of the replay buffer.
 * **Against the exact advantage** blind to which token mattered, and never negative.
 * **Source** Gangwani et al. 2020, "Learning Guidance Rewards with Trajectory-space Smoothing", https://arxiv.org/abs/2010.12718.
 */
export const ircr = defineMethod({
	id: "ircr",
	title: "IRCR",
	family: "redistribution",
	summary: "Spreads the outcome evenly, on a scale from the worst rollout seen to the best.",
	source: writer.source,
	params: ircrParams,
	presets: { paper: {}, released: { per: "token" } },
	place: { unit: "rollout", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: false },
	gradients: [
		{ door: "scaled", apples: "scaled" },
		{ params: { per: "token" }, door: "scaled", apples: "scaled" },
	],
	needs: writer.needs,
	estimate: (p): Estimate => ({ terms: { outcome: spread(scaledReturns(rolloutInput("returns"), p)) } }),
});
