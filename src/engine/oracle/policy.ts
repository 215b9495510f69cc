import type { TaskItem } from "../tasks/task";

/** A prefix of a rollout at which the policy is about to write. */
export interface Prefix {
	readonly item: TaskItem;
	/** Tokens after the prompt, environment replies included. */
	readonly response: readonly number[];
	readonly legal: readonly number[];
	/** `Environment.key` of the state reached. */
	readonly key: string;
}

/** What the oracle asks about: a fixed distribution over legal tokens at every prefix, temperature already in it. */
export interface Policy {
	readonly vocabSize: number;
	/** "state": its choice depends on `key` alone, so dynamic programming over states is exact. A transformer sees the prefix. */
	readonly observes: "prefix" | "state";
	/** Log-probabilities `[V]` of each prefix, −Infinity where illegal. */
	logProbs(prefixes: readonly Prefix[]): readonly Float64Array[] | Promise<readonly Float64Array[]>;
	/** V of a prefix in closed form, where the policy is simple enough to have one. */
	closedValue?(item: TaskItem, response: readonly number[]): number;
}

/** A policy from a table or rule: unnormalised non-negative weights of the legal tokens. */
export function tabularPolicy(
	vocabSize: number,
	observes: Policy["observes"],
	weight: (prefix: Prefix, token: number) => number,
	closedValue?: Policy["closedValue"],
): Policy {
	const row = (prefix: Prefix) => {
		const out = new Float64Array(vocabSize).fill(-Infinity);
		let total = 0;
		for (const token of prefix.legal) total += weight(prefix, token);
		for (const token of prefix.legal) out[token] = Math.log(weight(prefix, token) / total);
		return out;
	};
	return { vocabSize, observes, logProbs: (prefixes) => prefixes.map(row), ...(closedValue ? { closedValue } : {}) };
}

/** The policy that draws legal tokens uniformly. */
export function uniformPolicy(vocabSize: number): Policy {
	return tabularPolicy(vocabSize, "state", () => 1);
}
