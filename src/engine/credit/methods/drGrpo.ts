import { alike } from "../alike";
import { defineMethod } from "../method";
import { normaliserOf, scoredGroups, singletonParam } from "../normaliserParams";
import { div, equal, groupStat, less, max, mul, type Node, normalise, not, rolloutInput, spread } from "../ops";
import { choiceParam } from "../sharedParams";

const GROUP = { within: "group" } as const;
const BATCH = { within: "batch" } as const;

/**
 * GRPO done right: the return minus the mean of its group, undivided.
 *
 * A_{i,t} = R_i − mean_g R. The other half of the method is its loss: sums over tokens divided by a constant (`agg=constant`).
 *
 * With `correction=valid`, GPG's: times α = B/valid, B scored rollouts in the batch, valid those whose group is not all alike, so that groups
 * without contrast do not shrink the step. Presets `gpg`, and `gpgVerl` (`correction=nonzero`), where verl counts rollouts whose return is not 0.
 *
 * **Edges** equal returns give exactly 0; a group of one as `singleton` says: `zero` is no contrast, `raw` is valid, `skip` is not in B.
 * **Against the exact advantage** the return's sign for every token; in expectation (G−1)/G of the exact policy gradient.
 * **Reduces** to RLOO · (G−1)/G.
 * **Source** Liu et al. 2025, "Understanding R1-Zero-Like Training: A Critical Perspective", https://arxiv.org/abs/2503.20783. The correction:
 * Chu et al. 2025, "GPG", https://arxiv.org/abs/2504.02546, with F_norm = 1, not verified against its text; `gpgVerl` is verl's
 * `compute_gpg_outcome_advantage`.
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
	params: {
		singleton: singletonParam("zero"),
		correction: choiceParam({
			label: "Correction",
			help: "Times the rollouts of the batch over those whose group is not all alike (valid), or whose return is not 0 (nonzero).",
			default: "none",
			options: ["none", "valid", "nonzero"],
		}),
	},
	presets: {
		paper: {},
		verl: { singleton: "raw" },
		trl: {},
		gpg: { correction: "valid" },
		gpgVerl: { correction: "nonzero", singleton: "raw" },
	},
	place: { unit: "rollout", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: true, groupLocal: true },
	batchWide: ({ correction }) => correction !== "none",
	gradients: [
		{ door: "groupMean", apples: "groupMean" },
		{ params: { correction: "valid" }, door: "scaled", apples: "scaled" },
	],
	needs: () => [],
	estimate: ({ singleton, correction }) => {
		const returns = rolloutInput("returns");
		const outcome = normalise(returns, normaliserOf({ center: "mean", scale: "none", eps: 0, singleton }));
		const corrected = correction === "none" ? outcome : mul(outcome, correctionOf(returns, correction, singleton));
		return { terms: { outcome: spread(corrected) }, ...scoredGroups(singleton) };
	},
});

/** Rollouts of the batch over those that count: 0 where none is valid, all of them where none is paid. */
function correctionOf(
	returns: Node<"rollout">,
	correction: "valid" | "nonzero",
	singleton: "raw" | "zero" | "skip",
): Node<"rollout"> {
	const several = less(1, groupStat(returns, "count", GROUP));
	const among = singleton === "skip" ? { where: several } : {};
	const all = groupStat(returns, "count", BATCH, among);
	if (correction === "nonzero") return div(all, max(groupStat(not(equal(returns, 0)), "sum", BATCH, among), 1));
	const dead = alike(returns, GROUP);
	const valid = not(singleton === "raw" ? mul(dead, several) : dead);
	return div(all, groupStat(valid, "sum", BATCH, among));
}
