import type { Rng } from "../core/rng";
import type { Task, TaskItem } from "../tasks/task";
import { drawOutcome } from "../tasks/walk";
import type { Policy } from "./policy";

/** One response of a policy to a prompt, environment replies included. */
export async function sampleResponse(task: Task, item: TaskItem, policy: Policy, rng: Rng): Promise<number[]> {
	return (await sampleOn(task, item, policy, rng, [], task.env.start(item))).response;
}

/**
 * One way on from a prefix of a response.
 * @param from state of the environment after the prefix.
 * @returns the whole response, and what its tokens after the prefix were paid.
 */
export async function sampleOn(
	{ env }: Task,
	item: TaskItem,
	policy: Policy,
	rng: Rng,
	prefix: readonly number[],
	from: unknown,
): Promise<{ readonly response: number[]; readonly earned: number }> {
	const response = [...prefix];
	let state = from;
	let earned = 0;
	for (let turn = env.turn(state); turn.actor !== "done"; turn = env.turn(state)) {
		let outcomes = turn.actor === "environment" ? turn.outcomes : [];
		if (turn.actor === "policy") {
			const rows = await policy.logProbs([{ item, response, legal: turn.legal, key: env.key(state) }]);
			outcomes = turn.legal.map((token) => ({ token, probability: Math.exp(rows[0]?.[token] ?? Number.NaN) }));
		}
		const token = drawOutcome(outcomes, () => rng.uniform());
		const after = env.step(state, token);
		earned += after.reward;
		state = after.state;
		response.push(token);
	}
	return { response, earned };
}
