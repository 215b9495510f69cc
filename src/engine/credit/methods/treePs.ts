import type { Estimate } from "../method";
import { defineMethod } from "../method";
import { orOwn, scoredGroups, singletonParam } from "../normaliserParams";
import {
	covered,
	div,
	equal,
	mul,
	reduceToRollouts,
	rolloutInput,
	spread,
	spreadToSpans,
	sqrt,
	sub,
	treeStat,
} from "../ops";
import { choiceParam, partitionOf, unitNeeds, unitParam } from "../sharedParams";

/**
 * TreePS: steps as nodes of a tree of rollouts, valued by the outcomes below them.
 *
 * V(n) = mean return of the rollouts below (`value=leaves`) or mean over children; `local` V(n) − V(parent), `global` V(n) − V(root),
 * `both` their sum, `reweighted` their sum over √(rollouts below), as in TreeRL's paper. Steps that agree on all tokens are one node; with
 * `shared=once` only the first rollout through a node is scored.
 *
 * **Not verified**: derived from the abstract of TreePS-RAG; the forms are those of its relatives. TreeRL's release, run, gives another number than
 * its paper and `treeRl`: a node's value is first divided by its own root, V(n)/√(below n), and then compared, with the values centred by the mean
 * of the other leaves in place of V(root): [2 V(n)/√(below n) − V(parent)/√(below the parent)], up to .4 away where returns are 0 or 1.
 * **Edges** unbranched steps get 0 locally; tokens outside of steps are not scored; equal returns give 0. A group of one as `singleton` says: 0 by
 * itself; raw is its return, once.
 * **Against the exact advantage** `local` is a Monte-Carlo difference of values, biased where a node has few rollouts
 * below; `global` is the return minus the group's mean where rollouts end apart, (n−1)/n of the exact gradient.
 * **Reduces** to telescoping: local credit of a rollout adds up to V(end) − V(root).
 * **Source** "TreePS-RAG", 2026, https://arxiv.org/abs/2601.06922; TreeRL, https://arxiv.org/abs/2506.11902.
 */
export const treePs = defineMethod({
	id: "treePs",
	title: "TreePS",
	family: "tree",
	summary: "Values each step by how the rollouts that share it turned out.",
	source: { cite: "TreePS-RAG, 2026", url: "https://arxiv.org/abs/2601.06922", verification: "abstract only" },
	params: {
		unit: unitParam("step"),
		form: choiceParam({
			label: "Form",
			help: "Compared with the parent, with the root, both, or both over the root of the rollouts below.",
			default: "local",
			options: ["local", "global", "both", "reweighted"],
		}),
		value: choiceParam({
			label: "Value of a node",
			help: "Mean over the rollouts below it, or over its children.",
			default: "leaves",
			options: ["leaves", "children"],
		}),
		shared: choiceParam({
			label: "Shared steps",
			help: "Scored in each rollout, or once.",
			default: "each",
			options: ["each", "once"],
		}),
		singleton: singletonParam("zero"),
	},
	presets: { local: {}, treeRl: { form: "reweighted" } },
	place: { unit: "branch", source: "steps, states or marks", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: true, groupLocal: true },
	gradients: [
		{ door: 0.961, apples: 0.959 },
		{ params: { form: "global" }, door: "groupMean", apples: "groupMean" },
	],
	needs: ({ unit }) => unitNeeds(unit),
	estimate: ({ unit, form, value, shared, singleton }) => {
		const partition = partitionOf(unit);
		const returns = rolloutInput("returns");
		const stat = value === "leaves" ? "mean" : "childMean";
		const own = treeStat(returns, stat, "after", partition);
		const before = treeStat(returns, stat, "before", partition);
		const root = spreadToSpans(reduceToRollouts(before, "first"), partition);
		const below = sqrt(treeStat(returns, "count", "after", partition));
		const over = (x: typeof own) => spread(form === "reweighted" ? div(x, below) : x);
		const alone = (x: typeof own) => orOwn(over(x), spread(returns), singleton);
		// What a lone rollout keeps stands in one term alone.
		const terms: Estimate["terms"] = {
			...(form === "global" ? {} : { local: form === "local" ? alone(sub(own, before)) : over(sub(own, before)) }),
			...(form === "local" ? {} : { global: alone(sub(own, root)) }),
		};
		const firstOnly = equal(spread(treeStat(returns, "order", "after", partition)), 0);
		const { scored: compared } = scoredGroups(singleton);
		const scored = compared ? mul(covered(partition), compared) : covered(partition);
		return { terms, scored: shared === "once" ? mul(scored, firstOnly) : scored };
	},
});
