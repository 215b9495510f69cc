import { DIALECT, type JsonSchema } from "../spec/specSchema";

const ID: JsonSchema = { type: "integer", minimum: 0, maximum: 0x7fffffff };
const SAFE = Number.MAX_SAFE_INTEGER;
const NUMBER: JsonSchema = { type: "number" };
const list = (items: JsonSchema): JsonSchema => ({ type: "array", items });
/** Fields that are null count as left out. */
const maybe = (schema: JsonSchema, description?: string): JsonSchema => ({
	...(description ? { description } : {}),
	anyOf: [schema, { type: "null" }],
});
const ROW = list({ type: ["number", "null"] });
const row = (description: string) => maybe(ROW, `${description} One entry a token, null where not known.`);
const ROWS: JsonSchema = { type: "object", additionalProperties: ROW };

const span = (others: Readonly<Record<string, JsonSchema>> = {}): JsonSchema => ({
	type: "object",
	required: ["start", "end"],
	properties: {
		start: ID,
		end: ID,
		state_key: maybe({ type: ["string", "number"] }),
		reward: maybe(NUMBER),
		label: maybe(NUMBER),
		duration: maybe(NUMBER),
		votes: maybe(list(NUMBER)),
		...others,
	},
});

const TEXT: JsonSchema = { type: "string" };
const MESSAGE: JsonSchema = {
	type: "object",
	required: ["start", "end", "role", "content"],
	properties: { start: ID, end: ID, role: TEXT, content: TEXT, reasoning: maybe(TEXT), calls: maybe(list(TEXT)) },
};

/**
 * One line of a rollouts file, as `checkedRecord` accepts it, but for lengths: a row has one entry a token, a span ends within the tokens and
 * not before it starts; and but for turns and steps, which must not overlap among themselves, and a parent, which must be another rollout. Unknown fields are
 * allowed and kept.
 */
export const ROLLOUT_SCHEMA: JsonSchema = {
	$schema: DIALECT,
	$id: "urn:ascribe:rollout:1",
	title: "Ascribe rollout",
	description: "One rollout, one JSON object a line. Arrays over tokens count from the first token after the prompt.",
	type: "object",
	required: ["id", "tokens"],
	properties: {
		schema: { const: "ascribe.rollout/1" },
		id: { type: "string", description: "Unique within its group." },
		group: maybe({ type: ["string", "number"] }, "Rollouts of one prompt within a step."),
		step: maybe({ type: "integer", minimum: -SAFE, maximum: SAFE }, "Training step."),
		prompt: maybe({ anyOf: [{ type: "string" }, list(ID)] }, "Text or token ids."),
		tokens: { anyOf: [list(ID), list({ type: "string" })], description: "Ids, or strings where there are none." },
		mask: maybe(list({ enum: [0, 1] }), "1: written by the policy and counted."),
		logprobs: row("Log-probabilities of the behaviour policy, nats."),
		ref_logprobs: row("Those of the reference policy."),
		new_logprobs: row("Those of the policy after the update, for losses."),
		values: row("Value of the prefix before each token."),
		entropy: row("Entropy of the distribution sampled from, nats."),
		rewards: row("Paid after each token."),
		reward: maybe(NUMBER, "The whole return."),
		success: maybe({ type: "boolean" }),
		done: maybe({ enum: ["end", "limit"] }),
		turns: maybe(list(span({ actor: maybe({ type: "string" }) })), "Half-open ranges of tokens, by who wrote them."),
		steps: maybe(list(span()), "Half-open ranges of tokens that step-level methods credit."),
		messages: maybe(
			list(MESSAGE),
			"What was said in ranges of tokens, where tokens are ids; empty ranges at 0 are the prompt.",
		),
		parent: maybe(
			{ type: "object", required: ["id", "at"], properties: { id: { type: "string" }, at: ID } },
			"The rollout that it branched from, and the leading tokens that they share.",
		),
		signals: maybe(ROWS, "Named channels, one entry a token, step, turn, or one in all."),
		text: maybe(list({ type: "string" }), "Printable text of each token."),
		budget: maybe(NUMBER),
		dims: maybe({ type: "object", additionalProperties: NUMBER }, "Named parts of the reward."),
		bootstrap: maybe(NUMBER, "Value after the last token of a rollout that was cut."),
		advantages: maybe(ROWS, "Credit that the source computed, by method."),
	},
};
