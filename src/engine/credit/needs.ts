import type { RolloutBatch } from "../rollouts/batch";
import type { Need } from "./method";

/** Name of what is needed: `values`, `steps.reward`, or the name of a signal. */
export function needKey(need: Need): string {
	if ("field" in need) return need.field;
	return "stepField" in need ? `${need.of}.${need.stepField}` : need.signal;
}

/** Whether the batch has it. A signal of another level than asked for does not count. */
export function carries(need: Need, batch: RolloutBatch): boolean {
	if ("field" in need) return batch[need.field] !== undefined;
	if ("stepField" in need) return batch[need.of]?.[need.stepField] !== undefined;
	return batch.signals[need.signal]?.level === need.level;
}

/** A need in words, with the name of the field in files. */
export function describeNeed(need: Need, batch?: RolloutBatch): string {
	if ("field" in need) return FIELDS[need.field];
	if ("stepField" in need) return `${FIELDS[need.of]} with ${COLUMNS[need.stepField]}`;
	const other = batch?.signals[need.signal]?.level;
	const kind = other ? `at level ${need.level}, not ${other}` : `at level ${need.level}`;
	return `the signal "${need.signal}" ${kind} (${need.meaning})`;
}

const FIELDS = {
	logProbs: "log-probabilities of the behaviour policy (logprobs)",
	refLogProbs: "log-probabilities of a reference policy (ref_logprobs)",
	values: "values of the prefixes (values)",
	entropy: "entropies of the sampled distributions (entropy)",
	success: "success flags (success)",
	steps: "steps (steps)",
	turns: "turns (turns)",
} as const;
const COLUMNS = {
	reward: "rewards (reward)",
	label: "labels (label)",
	stateKeys: "state keys (state_key)",
	votes: "votes (votes)",
} as const;
