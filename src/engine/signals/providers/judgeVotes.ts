import { Rng } from "../../core/rng";
import { integerParam, numberParam } from "../../credit/sharedParams";
import { withColumns } from "../additions";
import { defineProvider } from "../provider";

/**
 * Votes of a noisy judge on each labelled step: the truth is "right" where the label is above 0; each of n votes flips with probability
 * `falsePositive` where the step is wrong and `falseNegative` where it is right. With probability `correlation` all votes of a step are
 * one draw: then more votes do not help.
 *
 * **Edges** steps without a label get no votes. Draws are keyed by (seed, rollout, step), so they do not touch the policy's.
 */
export const judgeVotes = defineProvider({
	id: "judgeVotes",
	title: "Votes of a noisy judge",
	summary: "Lets a judge that errs at known rates vote on each step.",
	source: null,
	cost: "arithmetic",
	provides: [{ stepField: "votes", of: "steps" }],
	reads: [],
	params: {
		votes: integerParam({ label: "Votes", help: "On each step.", default: 5, min: 1, max: 99, unit: "votes" }),
		falsePositive: numberParam({
			label: "False positives",
			help: "Wrong steps called right.",
			default: 0.2,
			min: 0,
			max: 1,
			unit: "",
		}),
		falseNegative: numberParam({
			label: "False negatives",
			help: "Right steps called wrong.",
			default: 0.2,
			min: 0,
			max: 1,
			unit: "",
		}),
		correlation: numberParam({
			label: "Correlation",
			help: "Probability that all votes on a step are one and the same draw.",
			default: 0,
			min: 0,
			max: 1,
			unit: "",
		}),
		seed: integerParam({
			label: "Seed",
			help: "Of the judge's errors.",
			default: 1,
			min: 0,
			max: 2 ** 32 - 1,
			unit: "",
		}),
	},
	needs: () => [{ stepField: "label", of: "steps" }],
	annotate(batch, { params }) {
		const steps = batch.steps!;
		const judge = Rng.of(params.seed).fork("judge");
		const votes: (readonly number[] | null)[] = [];
		for (let b = 0; b < batch.B; b++)
			for (let s = steps.offsets[b]!; s < steps.offsets[b + 1]!; s++) {
				const label = steps.label![s]!;
				votes.push(Number.isNaN(label) ? null : ballot(label > 0, params, judge.fork(b).fork(s - steps.offsets[b]!)));
			}
		return { batch: withColumns(batch, "steps", { votes }) };
	},
});

interface Judge {
	readonly votes: number;
	readonly falsePositive: number;
	readonly falseNegative: number;
	readonly correlation: number;
}

function ballot(right: boolean, { votes, falsePositive, falseNegative, correlation }: Judge, rng: Rng): number[] {
	const error = right ? falseNegative : falsePositive;
	const draw = () => (rng.uniform() < error ? !right : right);
	const together = rng.uniform() < correlation ? draw() : null;
	return Array.from({ length: votes }, () => ((together ?? draw()) ? 1 : 0));
}
