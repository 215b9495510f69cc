import type { Rng } from "../core/rng";
import type { Task, TaskItem } from "../tasks/task";
import { drawOutcome } from "../tasks/walk";
import type { Policy } from "./policy";

/** One response of a policy to a prompt, environment replies included. */
export async function sampleResponse(task: Task, item: TaskItem, policy: Policy, rng: Rng): Promise<number[]> {
	const { env } = task;
	const response: number[] = [];
	let state = env.start(item);
	for (let turn = env.turn(state); turn.actor !== "done"; turn = env.turn(state)) {
		let outcomes = turn.actor === "environment" ? turn.outcomes : [];
		if (turn.actor === "policy") {
			const rows = await policy.logProbs([{ item, response, legal: turn.legal, key: env.key(state) }]);
			outcomes = turn.legal.map((token) => ({ token, probability: Math.exp(rows[0]?.[token] ?? Number.NaN) }));
		}
		const token = drawOutcome(outcomes, () => rng.uniform());
		state = env.step(state, token).state;
		response.push(token);
	}
	return response;
}
