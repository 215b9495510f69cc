/** What shares one number, from coarse to fine. A branch is an edge of a tree of rollouts: all rollouts through it share its number. */
export const UNITS = ["rollout", "step or segment", "branch", "token"] as const;

/**
 * What the credit is made from beside rewards and groups, from what every run has to what somebody must supply. A fit to the batch counts or
 * regresses on its rollouts; steps, states and marks are declared by the task or cut from the text, and may be paid by its verifier.
 */
export const SOURCES = [
	"rollouts alone",
	"a fit to the batch",
	"the policy's attention",
	"a greedy rollout",
	"steps, states or marks",
	"values of prefixes",
	"a judge of steps",
] as const;

/** Tokens and passes of a model beyond the rollouts. */
export type Extra =
	| "none"
	| "attention maps"
	| "a greedy rollout of each prompt"
	| "an answer at each budget"
	| "fresh continuations"
	| "a critic or fresh continuations"
	| "a judge";

/** Where a method stands among the others, at the defaults of its parameters. */
export interface Place {
	readonly unit: (typeof UNITS)[number];
	readonly source: (typeof SOURCES)[number];
	readonly extra: Extra;
	/** Weighs rollouts of an older policy. */
	readonly offPolicy: boolean;
}
