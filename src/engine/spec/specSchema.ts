import type { ParamSpec, ParamTable } from "./params";
import type { Registries } from "./resolveSpec";
import {
	EVALUATION_PARAMS,
	MODEL_PARAMS,
	OPTIMIZER_PARAMS,
	ROLLOUT_PARAMS,
	RUN_PARAMS,
	WARM_START_PARAMS,
} from "./sections";

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/** Schema of one parameter. */
export function paramSchema(spec: ParamSpec): JsonSchema {
	const about = { title: spec.label, description: spec.help, default: spec.default };
	if (spec.type === "flag") return { type: "boolean", ...about };
	if (spec.type === "choice") return { enum: spec.options, ...about };
	return { type: spec.type, minimum: spec.min, maximum: spec.max, ...about };
}

/** Schema of an object whose fields are those of a table; all may be left out. */
const tableSchema = (table: ParamTable): JsonSchema => closed(propertiesOf(table));

const propertiesOf = (table: ParamTable) =>
	Object.fromEntries(Object.entries(table).map(([name, spec]) => [name, paramSchema(spec)]));

const closed = (properties: Readonly<Record<string, unknown>>, ...required: string[]): JsonSchema => ({
	type: "object",
	properties,
	additionalProperties: false,
	...(required.length > 0 ? { required } : {}),
});

/** By id: the order of a registry is not part of the contract. */
const sorted = (entries: Registries["tasks"]) => [...entries].sort((a, b) => (a.id < b.id ? -1 : 1));

/** One of what is registered, with its own parameters. */
const choiceSchema = (entries: Registries["tasks"], others: Readonly<Record<string, unknown>> = {}): JsonSchema => ({
	oneOf: sorted(entries).map(({ id, params }) =>
		closed({ id: { const: id }, params: tableSchema(params), ...others }, "id"),
	),
});

/**
 * What `parseSpec` and `resolveSpec` accept as an experiment, but for rules that join two fields: a width divisible by the heads, prompts
 * divisible by the minibatches, groups that are a power of the branches, and more than one rollout
 * where rounds fill the batch, writers of rewards that fit the method, and a reward formula that can
 * be read.
 */
export function specSchema({ tasks, methods, losses, rewards = [], signals = [] }: Registries): JsonSchema {
	return {
		$schema: DIALECT,
		$id: "urn:ascribe:spec:1",
		title: "Ascribe experiment",
		description: "Everything that defines a run. What is left out has its default.",
		...closed(
			{
				schema: { const: "ascribe.spec/1" },
				task: choiceSchema(tasks, { reward: { type: "string", description: "A formula for what each token pays." } }),
				model: tableSchema(MODEL_PARAMS),
				warmStart: { anyOf: [tableSchema(WARM_START_PARAMS), { type: "null" }] },
				rollout: tableSchema(ROLLOUT_PARAMS),
				method: choiceSchema(methods, { rewards: { $ref: "#/$defs/rewards" } }),
				loss: choiceSchema(losses),
				optimizer: tableSchema(OPTIMIZER_PARAMS),
				...propertiesOf(RUN_PARAMS),
				evaluation: tableSchema(EVALUATION_PARAMS),
				probes: { type: "array", items: { enum: sorted(methods).map(({ id }) => id) } },
				oracle: { enum: ["auto", "off"], default: "auto" },
				signals: closed(Object.fromEntries(sorted(signals).map(({ id, params }) => [id, tableSchema(params)]))),
			},
			"schema",
			"task",
			"method",
			"loss",
		),
		$defs: {
			rewards: {
				description: "Writers of rewards that stand before the method, in order.",
				type: "array",
				items: choiceSchema(rewards),
			},
		},
	};
}
