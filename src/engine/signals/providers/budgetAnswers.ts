import { integerParam } from "../../credit/sharedParams";
import type { RolloutBatch } from "../../rollouts/batch";
import type { Environment } from "../../tasks/task";
import { withColumns } from "../additions";
import { defineProvider } from "../provider";
import type { BranchPoint, TaskSource } from "../sources";
import { tableOf } from "../spanTables";
import { statesOf } from "../taskSource";

/** A rollout cut at its budgets: where its pieces begin, and the tokens that ask for an answer at the end of each but the last. */
interface Cut {
	readonly starts: readonly number[];
	readonly asks: readonly (readonly number[])[];
}

/**
 * Scores of answers at budgets, as BRPO reads them: a thought is cut after every `every` tokens of the policy, an answer is asked for there
 * (`Environment.conclude`) and drawn `answers` times, and the piece that ends there has what the rollout would be paid in the mean. The last
 * piece goes on to the end, answer included, and has the return of the rollout itself.
 *
 * **Unbiased** for the return of a thought cut there, under the policy that sampled, at the temperature of its rollouts. Each answer is keyed
 * by (seed, step, rollout, token, child), whatever else is asked.
 * **Edges** no budget lies where the answer has begun, or where the environment is about to speak; a rollout whose prompt the task does not know
 * is one piece. Answers at budgets are not part of the batch: no token of theirs is trained on, and only the rollout's own answer has credit.
 * **Cost** the tokens of the answers; those that ask for them are not drawn.
 */
export const budgetAnswers = defineProvider({
	id: "budgetAnswers",
	title: "Answers at budgets",
	summary: "Stops every thought early at several lengths, lets the policy answer there, and scores the answers.",
	source: {
		cite: "Qi et al. 2025, Optimizing Anytime Reasoning via Budget Relative Policy Optimization",
		url: "https://arxiv.org/abs/2505.13438",
	},
	cost: "rollouts",
	provides: [{ stepField: "reward", of: "steps" }],
	reads: ["answers", "continuations"],
	params: {
		every: integerParam({
			label: "Budget",
			help: "A thought is cut after every so many tokens of the policy.",
			default: 2,
			min: 1,
			max: 10000,
			unit: "tokens",
		}),
		answers: integerParam({
			label: "Answers",
			help: "Drawn at each budget; the score is their mean. The authors' script has 4.",
			default: 4,
			min: 1,
			max: 1024,
			unit: "rollouts",
		}),
	},
	children: ({ answers }) => answers,
	needs: () => [],
	annotate(batch, { params: { every, answers: children }, sources }) {
		const cuts = Array.from(batch.lengths, (_, b) => cutOf(batch, b, sources.task!, every));
		const points = cuts.flatMap(({ starts, asks }, rollout) =>
			asks.map((then, s): BranchPoint => ({ rollout, at: starts[s + 1]!, then })),
		);
		const { returns, tokens } = sources.policy!.branch!({ points, children, greedy: false });
		const mean = (i: number) =>
			returns.subarray(i * children, (i + 1) * children).reduce((a, r) => a + r, 0) / children;
		const answered = points.map(({ rollout, at }, i) => paidBefore(batch, rollout, at) + mean(i));
		const lengths = batch.lengths;
		const steps = tableOf(
			cuts.map(({ starts }, b) =>
				starts.map((start, s) => ({ start, end: starts[s + 1] ?? lengths[b]!, policy: true })),
			),
		);
		let next = 0;
		const scores = cuts.flatMap(({ starts, asks }, b) => {
			const own = answered.slice(next, next + asks.length);
			next += asks.length;
			return starts.length > 0 ? [...own, batch.returns[b]!] : [];
		});
		return {
			batch: withColumns({ ...batch, steps }, "steps", { reward: Float64Array.from(scores) }),
			cost: { extraTokens: tokens, modelCalls: points.length * children },
		};
	},
});

function cutOf(batch: RolloutBatch, b: number, source: TaskSource, every: number): Cut {
	const { T, lengths, actionMask } = batch;
	const { env } = source.task;
	const states = statesOf(source, batch, b);
	const starts = lengths[b]! > 0 ? [0] : [];
	const asks: number[][] = [];
	for (let t = 0, written = 0; t < lengths[b]! && states; t++) {
		if (!actionMask[b * T + t]) continue;
		const then = written > 0 && written % every === 0 ? askedFrom(env, states[t]) : [];
		if (then.length > 0) {
			starts.push(t);
			asks.push(then);
		}
		written++;
	}
	return { starts, asks };
}

/** The tokens that ask for an answer at once; none where it has begun. */
function askedFrom(env: Environment<unknown>, from: unknown): number[] {
	const out: number[] = [];
	let state = from;
	for (let token = env.conclude!(state); token !== null; token = env.conclude!(state)) {
		out.push(token);
		state = env.step(state, token).state;
	}
	return out;
}

function paidBefore({ T, rewards }: RolloutBatch, b: number, t: number): number {
	return rewards.subarray(b * T, b * T + t).reduce((sum, paid) => sum + paid, 0);
}
