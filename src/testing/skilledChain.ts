import { type Policy, tabularPolicy } from "../engine/oracle/policy";
import type { Task, TaskItem } from "../engine/tasks/task";

/** On sums modulo M: writes the right successor with probability p, otherwise one of the others; V from the formula of a random walk. */
export function skilledChain(task: Task, p: number): Policy {
	const M = task.params.M as number;
	const digits = (item: TaskItem) => (item.data as { digits: number[] }).digits;
	const lambda = p - (1 - p) / (M - 1);
	return tabularPolicy(
		task.vocab.tokens.length,
		"prefix",
		({ item, response }, token) => {
			const right = ((response.at(-1) ?? 0) + (digits(item)[response.length] as number)) % M;
			return token === right ? p : (1 - p) / (M - 1);
		},
		(item, response) => {
			const left = digits(item).length - response.length;
			if (left === 0) return 0;
			const truth = digits(item)
				.slice(0, response.length)
				.reduce((a, d) => a + d, 0);
			const right = (response.at(-1) ?? 0) === truth % M;
			return 1 / M + (right ? 1 - 1 / M : -1 / M) * lambda ** left;
		},
	);
}
