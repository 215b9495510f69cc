import { InvalidInput } from "../../core/errors";
import { defineMethod } from "../method";
import {
	centerParam,
	discountParam,
	epsParam,
	normaliserOf,
	scaleParam,
	scoredGroups,
	singletonParam,
} from "../normaliserParams";
import {
	atMost,
	covered,
	groupStat,
	less,
	mul,
	type Node,
	type Normaliser,
	normalise,
	reduceToRollouts,
	reduceToSpans,
	rolloutInput,
	select,
	spanInput,
	spread,
	suffixSum,
	tokenInput,
} from "../ops";
import { choiceParam, numberParam, partitionOf } from "../sharedParams";

/**
 * GiGPO: the episode's credit within its group, plus each step's credit among all steps taken from the same state.
 *
 * A = A^E + w·A^S. A^E = (R_i − mean)/(sd + eps) over the group; A^S = (G_{i,k} − mean)/(sd + eps) over the anchor group, all
 * steps of the group with the same state key; G_{i,k} = Σ_{j≥k} γ^{j−k} r_{i,j} over steps. Without a scale nothing is divided.
 *
 * **Edges** an anchor group of one gives 0 unless `anchorSingleton` says else, as do equal returns; an episode alone as `singleton` says. `episodeOver=steps` is what
 * is released, and goes with no `center=loo`: a long episode counts once a step, so that one alone is compared with itself and gets 0, but for one of a single step. Steps without a state key are compared with none; tokens outside are not scored.
 * **Against the exact advantage** the step term removes what the state explains; it is biased where one key has several futures, as a
 * place visited at different times has. With exact keys nearly a multiple: states seen by more rollouts shrink less.
 * **Reduces** to group credit where all states differ.
 * **Source** Feng et al. 2025, "Group-in-Group Policy Optimization for LLM Agent Training", https://arxiv.org/abs/2505.10978.
 */
export const gigpo = defineMethod({
	id: "gigpo",
	title: "GiGPO",
	family: "step",
	summary: "Compares episodes with each other, and actions with other actions taken in the same situation.",
	source: {
		cite: "Feng et al. 2025, Group-in-Group Policy Optimization for LLM Agent Training",
		url: "https://arxiv.org/abs/2505.10978",
		verification: "compared with the released code",
	},
	params: {
		unit: choiceParam({
			label: "Unit",
			help: "What counts as a step of the agent.",
			default: "turn",
			options: ["turn", "step"],
		}),
		weight: numberParam({
			label: "Step weight",
			help: "Weight of the comparison within a state.",
			default: 1,
			min: 0,
			max: 100,
			unit: "",
		}),
		discount: discountParam(0.95),
		center: centerParam("mean", ["none", "mean", "loo"]),
		scale: scaleParam("none"),
		episodeOver: choiceParam({
			label: "Episode statistics over",
			help: "Every episode counts once, or once a step, as released.",
			default: "episodes",
			options: ["episodes", "steps"],
		}),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
		anchorSingleton: choiceParam({
			label: "State alone",
			help: "What the only step taken from a state gets: zero, or its own return.",
			default: "zero",
			options: ["zero", "raw"],
		}),
	},
	presets: {
		paper: {},
		paperStd: { scale: "sd1" },
		released: { episodeOver: "steps", singleton: "raw" },
		releasedStd: { episodeOver: "steps", singleton: "raw", scale: "sd1" },
	},
	place: { unit: "step or segment", source: "steps, states or marks", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	discountsSpans: () => true,
	gradients: [
		{ door: 0.945, apples: 0.947 },
		{ params: { weight: 100, discount: 1 }, signals: { declaredKeys: { key: "state" } }, door: 0.997, apples: 0.997 },
	],
	needs: ({ unit }) => [{ stepField: "stateKeys", of: unit === "turn" ? "turns" : "steps" }],
	estimate: (p) => {
		if (p.center === "loo" && p.episodeOver === "steps")
			throw new InvalidInput(
				"Method gigpo: center is loo and episodeOver is steps; a mean that leaves an episode out counts episodes, so use episodeOver=episodes.",
			);
		const partition = partitionOf(p.unit);
		const paid = reduceToSpans(tokenInput("rewards"), "sum", partition);
		const options = normaliserOf(p);
		const episode =
			p.episodeOver === "steps"
				? overSteps(options, reduceToRollouts(spanInput("index", partition), "count"))
				: normalise(rolloutInput("returns"), options);
		const anchor = { ...options, within: "group", by: "state", singleton: p.anchorSingleton } as const;
		return {
			terms: {
				episode: spread(episode),
				step: mul(spread(normalise(suffixSum(paid, p.discount), anchor)), p.weight),
			},
			scored: mul(covered(partition), scoredGroups(p.singleton).scored ?? 1),
		};
	},
});

/** Every step of an episode counts as one that earned its return; those of an episode alone are all alike, and no group of one. */
function overSteps(options: Normaliser, steps: Node<"rollout">): Node<"rollout"> {
	const returns = rolloutInput("returns");
	const alone = atMost(groupStat(returns, "count", options), 1);
	return select(mul(alone, less(1, steps)), 0, normalise(returns, options, { weight: steps }));
}
