import type { RolloutBatch } from "../rollouts/batch";
import { resolveParams } from "../spec/params";
import type { Creditor, Need } from "./method";

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

/** The batch with its signals at the levels that a method asks for, where their arrays fit more than one. */
export function atNeededLevels(
	batch: RolloutBatch,
	{ id, params, needs }: Pick<Creditor, "id" | "params" | "needs">,
	given: Readonly<Record<string, unknown>>,
): RolloutBatch {
	const signals = { ...batch.signals };
	for (const need of needs(resolveParams(params, given, `method ${id}`))) {
		if (!("signal" in need)) continue;
		const wanted = signals[need.signal]?.otherwise?.find(({ level }) => level === need.level);
		if (wanted) signals[need.signal] = wanted;
	}
	return { ...batch, signals };
}

/** A need in words: `values of the prefixes`, `rewards of steps`, or what the signal means. */
export function needWords(need: Need): string {
	if ("field" in need) return FIELDS[need.field].words;
	return "stepField" in need ? `${COLUMNS[need.stepField].words} of ${need.of}` : need.meaning;
}

/** A need in words, with the name of the field in files. */
export function describeNeed(need: Need, batch?: RolloutBatch): string {
	if ("field" in need) return named(FIELDS[need.field]);
	if ("stepField" in need) return `${named(FIELDS[need.of])} with ${named(COLUMNS[need.stepField])}`;
	const other = batch?.signals[need.signal]?.level;
	const kind = other ? `at level ${need.level}, not ${other}` : `at level ${need.level}`;
	return `the signal "${need.signal}" ${kind} (${need.meaning})`;
}

/** How a file of rollouts brings what is needed: `the field “values”`, `“reward” in their steps`. */
export function placeInFiles(need: Need): string {
	if ("stepField" in need) return `“${COLUMNS[need.stepField].name}” in their ${need.of}`;
	return `the field “${"field" in need ? FIELDS[need.field].name : `signals.${need.signal}`}”`;
}

interface Named {
	readonly words: string;
	/** In files. */
	readonly name: string;
}

const named = ({ words, name }: Named) => `${words} (${name})`;

const FIELDS = {
	logProbs: { words: "log-probabilities of the behaviour policy", name: "logprobs" },
	refLogProbs: { words: "log-probabilities of a reference policy", name: "ref_logprobs" },
	values: { words: "values of the prefixes", name: "values" },
	entropy: { words: "entropies of the sampled distributions", name: "entropy" },
	success: { words: "success flags", name: "success" },
	steps: { words: "steps", name: "steps" },
	turns: { words: "turns", name: "turns" },
} as const;
const COLUMNS = {
	reward: { words: "rewards", name: "reward" },
	label: { words: "labels", name: "label" },
	stateKeys: { words: "state keys", name: "state_key" },
	votes: { words: "votes", name: "votes" },
} as const;
