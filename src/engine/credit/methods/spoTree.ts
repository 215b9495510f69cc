import { overDeviation } from "../alike";
import { defineMethod } from "../method";
import { epsParam, orOwn, scoredGroups, singletonParam } from "../normaliserParams";
import { abs, div, less, mul, type Node, rolloutInput, spread, spreadToSpans, sub, treeStat } from "../ops";
import type { Partition } from "../partition";
import { choiceParam, flagParam, integerParam } from "../sharedParams";

/**
 * SPO-tree: rollouts of a prompt as a tree of segments of fixed length; an edge gets the child's value minus its parent's.
 *
 * V(leaf) = R, V(n) = mean over children (not over leaves); A = V(c) − V(n), with `scale=sd0` divided by the deviation of the
 * siblings plus eps. With `bestOf` = k > 1 the values of an
 * edge are u(V) = 1 − (1 − V)^k, the chance that one of k tries from there succeeds; the deviation stays that of the V, a reading, as
 * the paper leaves it open. Edges of 0, to six digits, are not scored (`dropZero`). Segments that agree on all tokens are one node.
 *
 * **Edges** a chain without branches gives 0 throughout, whatever the scale; the last level takes what is left of the rollout. A group of one as
 * `singleton` says: 0 by itself, as its value never changes; raw is u(R), over 1 + eps with `scale=sd0`.
 * **Against the exact advantage** unbiased at the level of segments where every node has as many children as the others, sampled for it;
 * otherwise the mean over children weighs leaves unevenly, and a node with one rollout below is worth that rollout's outcome. Segments that
 * agree are one child however often they are drawn: where a rare token pays most, the gradient of 32 rollouts has cosine .11.
 * **Reduces** to telescoping: unscaled edges of a rollout add up to V(its end) − V(root), R − V(root) where it ends alone.
 * **Source** Guo et al. 2025, "Segment Policy Optimization", https://arxiv.org/abs/2505.23564.
 */
export const spoTree = defineMethod({
	id: "spoTree",
	title: "SPO tree",
	family: "tree",
	summary: "Lets pieces of rollouts branch, and compares each branch with its siblings.",
	source: {
		cite: "Guo et al. 2025, Segment Policy Optimization: Effective Segment-Level Credit Assignment in RL for Large Language Models",
		url: "https://arxiv.org/abs/2505.23564",
		verification: "compared with the released code",
	},
	params: {
		segment: integerParam({
			label: "Segment length",
			help: "Tokens of a segment.",
			default: 4,
			min: 1,
			max: 10000,
			unit: "tokens",
		}),
		levels: integerParam({
			label: "Levels",
			help: "Segments of a rollout; the last takes the rest. 0 = no limit.",
			default: 0,
			min: 0,
			max: 1000,
			unit: "",
		}),
		scale: choiceParam({
			label: "Scale",
			help: "Undivided, or divided by the deviation of the siblings (divisor n).",
			default: "none",
			options: ["none", "sd0"],
		}),
		eps: epsParam(1e-8),
		singleton: singletonParam("zero"),
		bestOf: integerParam({
			label: "Best of",
			help: "Tries that the value of a node counts with: above 1, the chance that one of them succeeds.",
			default: 1,
			min: 1,
			max: 16,
			unit: "tries",
		}),
		dropZero: flagParam({
			label: "Drop zeros",
			help: "Edges of zero, to six digits, are left out of the loss.",
			default: false,
		}),
	},
	presets: {
		paper: {},
		gsm8k: { segment: 30, levels: 3, dropZero: true },
		grpo: { scale: "sd0", dropZero: true },
		bestOf4: { bestOf: 4 },
	},
	place: { unit: "branch", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: true, groupLocal: true },
	gradients: [
		{ door: "scaled", apples: "scaled" },
		{ params: { segment: 1 }, door: 0.955, apples: 0.954 },
	],
	needs: () => [],
	estimate: ({ segment, levels, scale, eps, singleton, bestOf, dropZero }) => {
		const partition: Partition = { kind: "fixed", length: segment, lastAlone: false, levels };
		const returns = rolloutInput("returns");
		const change = sub(
			oneOf(treeStat(returns, "childMean", "after", partition), bestOf),
			oneOf(treeStat(returns, "childMean", "before", partition), bestOf),
		);
		const siblings = treeStat(returns, "childSd0", "before", partition);
		const own = oneOf(spreadToSpans(returns, partition), bestOf);
		const edge = orOwn(
			spread(scale === "none" ? change : overDeviation(change, siblings, eps)),
			spread(scale === "none" ? own : div(own, 1 + eps)),
			singleton,
		);
		const compared = scoredGroups(singleton).scored;
		const moved = dropZero ? less(1e-6, abs(edge)) : undefined;
		const scored = compared && moved ? mul(compared, moved) : (compared ?? moved);
		return { terms: { edge }, ...(scored ? { scored } : {}) };
	},
});

/** 1 − (1 − V)^k. */
function oneOf(value: Node<"span">, k: number): Node<"span"> {
	if (k === 1) return value;
	const fails = sub(1, value);
	let all = fails;
	for (let n = 1; n < k; n++) all = mul(all, fails);
	return sub(1, all);
}
