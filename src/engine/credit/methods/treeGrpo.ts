import { defineMethod } from "../method";
import { centerParam, epsParam, normaliserOf, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import {
	covered,
	equal,
	less,
	mul,
	type Node,
	normalise,
	reduceToRollouts,
	rolloutInput,
	rolloutSignal,
	select,
	spanInput,
	spread,
	treeStat,
} from "../ops";
import type { Partition } from "../partition";
import { choiceParam, partitionOf, unitNeeds, unitParam } from "../sharedParams";

const TREE = {
	signal: "tree",
	level: "rollout",
	meaning: "number of the search tree that the rollout is from",
} as const;

/**
 * Tree-GRPO: a rollout of a search tree is compared with the others of its tree, and with those of all trees of its prompt.
 *
 * A_i = (R_i − mean)/(sd + eps) within the tree + (R_i − mean)/(sd + eps) within the group, for all tokens of rollout i. A tree is the
 * rollouts of a group that share their first step, or those with the same number in the rollout signal `tree`.
 *
 * **Edges** a tree of one as `treeSingleton` says, a group of one as `singleton` says; otherwise equal returns give 0; tokens outside of steps
 * are not scored. Trees that begin with the same step by chance are one, and a tree that parts at its prompt is several, unless they are
 * given: the release numbers its trees, and grows them from the prompt too.
 * **Against the exact advantage** within a tree the first step is shared and credit adds up to 0, so that on average the first step is
 * paid for the comparison with other trees alone and later steps for both: the gradient leans to later steps.
 * **Reduces** to GRPO where all rollouts part at the first step, to twice GRPO where none does.
 * **Source** Ji et al. 2025, "Tree Search for LLM Agent Reinforcement Learning", https://arxiv.org/abs/2509.21240, intra- and inter-tree
 * advantages; divisor n − 1, eps 1e-6 and the raw return for whatever is alone (preset `released`) from the estimator `tree` in
 * `ray_trainer_ts.py` and `core_algos.py` of https://github.com/AMAP-ML/Tree-GRPO.
 */
export const treeGrpo = defineMethod({
	id: "treeGrpo",
	title: "Tree-GRPO",
	family: "tree",
	summary: "Compares the ends of a search tree with each other, and with those of the other trees.",
	source: {
		cite: "Ji et al. 2025, Tree Search for LLM Agent Reinforcement Learning",
		url: "https://arxiv.org/abs/2509.21240",
		verification: "compared with the released code",
	},
	params: {
		unit: unitParam("step"),
		center: centerParam("mean", ["none", "mean", "loo"]),
		scale: scaleParam("sd1"),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
		treeSingleton: choiceParam({
			label: "Tree of one",
			help: "What a tree of one gets within the tree: its own reward (raw), or zero.",
			default: "zero",
			options: ["raw", "zero"],
		}),
		trees: choiceParam({
			label: "Trees",
			help: "Rollouts that share their first step, or that the rollouts number as one in their signal tree.",
			default: "firstStep",
			options: ["firstStep", "given"],
		}),
	},
	presets: { paper: {}, released: { singleton: "raw", treeSingleton: "raw" }, turns: { unit: "turn" } },
	place: { unit: "rollout", source: "steps, states or marks", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: 0.967, apples: 0.91 }],
	needs: ({ unit, trees }) => [...unitNeeds(unit), ...(trees === "given" ? [TREE] : [])],
	estimate: (p) => {
		const partition = partitionOf(p.unit);
		const returns = rolloutInput("returns");
		const options = normaliserOf(p);
		const steps = reduceToRollouts(spanInput("index", partition), "count");
		const ofTree = { ...options, within: "group", by: "key", singleton: p.treeSingleton } as const;
		const key = p.trees === "given" ? rolloutSignal(TREE.signal) : treeOf(returns, partition);
		const intra = normalise(returns, ofTree, { key, where: less(0, steps) });
		const { scored } = scoredGroups(p.singleton);
		return {
			terms: { intra: spread(intra), inter: spread(normalise(returns, options)) },
			scored: scored ? mul(covered(partition), scored) : covered(partition),
		};
	},
});

/** A number for each rollout's tree: the place in the group of the first rollout that begins with the same step. */
function treeOf(returns: Node<"rollout">, partition: Partition): Node<"rollout"> {
	const atFirst = (x: Node<"span">) => reduceToRollouts(x, "first");
	const place = atFirst(treeStat(returns, "order", "before", partition));
	const leads = equal(atFirst(treeStat(returns, "order", "after", partition)), 0);
	// Of those below the first step only the leader's place is not 0, so that their mean times their number is that place.
	const mean = treeStat(select(leads, place, 0), "mean", "after", partition);
	return atFirst(mul(mean, treeStat(returns, "count", "after", partition)));
}
