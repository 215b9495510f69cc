import { InvalidInput } from "../core/errors";
import { Rng } from "../core/rng";
import { ACTOR, NO_STATE } from "../tasks/machine";
import type { Task } from "../tasks/task";
import type { SupervisedBatch, TrainingPlan } from "./executor";
import { drawPrompts, type PromptPool } from "./prompts";
import { packPrompts } from "./requests";

/** The demonstrations of one supervised step, one prompt a row: a pure function of (seed, step). */
export function demonstrationBatch(
	plan: TrainingPlan,
	task: Task,
	pool: PromptPool,
	step: number,
	learningRate: number,
): SupervisedBatch {
	const rows = plan.prompts * plan.groupSize;
	const T = plan.maxResponseLength;
	const indices = drawPrompts(plan.seed, "demonstration-prompts", step, pool.train.length, rows);
	const items = indices.map((i) => pool.train[i]!);
	const batch = {
		step,
		...packPrompts(items, plan.maxPromptLength),
		tokens: new Int32Array(rows * T),
		lengths: new Int32Array(rows),
		states: new Uint32Array(rows * T),
		weights: new Float32Array(rows * T),
		learningRate,
	};
	plan.turns?.table.clear();
	const rng = Rng.of(plan.seed).fork("demonstrations").fork(step);
	items.forEach((item, row) => {
		const random = rng.fork(row);
		const response = task.demonstration(item, () => random.uniform());
		batch.lengths[row] = response.length;
		batch.tokens.set(response, row * T);
		const walk = { states: batch.states.subarray(row * T), weights: batch.weights.subarray(row * T) };
		const start = plan.turns ? plan.turns.table.enter(task.env.start(item)) : plan.machine.start[indices[row]!]!;
		follow(plan, task, start, response, walk);
	});
	return batch;
}

/** Walks the machine along a response: the state before each token, and weight 1 where the policy acts. */
function follow(
	{ machine, turns, maxResponseLength }: TrainingPlan,
	task: Task,
	start: number,
	response: readonly number[],
	walk: { states: Uint32Array; weights: Float32Array },
): void {
	if (response.length > maxResponseLength)
		throw new InvalidInput(
			`A demonstration of task ${task.id} has ${response.length} tokens; at most ${maxResponseLength} fit.`,
		);
	let state = start;
	response.forEach((token, t) => {
		walk.states[t] = state;
		walk.weights[t] = machine.actor[state] === ACTOR.policy ? 1 : 0;
		const next = turns ? turns.table.follow(state, token) : machine.next[state * machine.vocabSize + token];
		state = next ?? NO_STATE;
		if (state === NO_STATE)
			throw new InvalidInput(`A demonstration of task ${task.id} leaves its own environment at token ${t}.`);
	});
}
