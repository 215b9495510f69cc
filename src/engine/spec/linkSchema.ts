import type { ParamTable } from "./params";
import { RUN_PARAMS, SECTIONS } from "./sections";
import { DIALECT, type JsonSchema, paramSchema } from "./specSchema";

const text = (maxLength: number): JsonSchema => ({ type: "string", maxLength });
const VALUE: JsonSchema = {
	anyOf: [{ type: ["number", "boolean", "null"] }, text(200), { type: "array", maxItems: 100, items: text(80) }],
};
const SCALAR: JsonSchema = { anyOf: [{ type: ["number", "boolean"] }, text(200)] };

/** Settings by their path in an experiment, `rollout.groupSize`. */
const pathsOf = (name: string, table: ParamTable) =>
	Object.fromEntries(Object.entries(table).map(([key, spec]) => [name ? `${name}.${key}` : key, paramSchema(spec)]));

/**
 * The payload of a link (`link.ts`) as this version writes it. Reading is more lenient: values out of range are clamped and unknown ones
 * left out, each with a notice.
 */
export function linkSchema(): JsonSchema {
	const settings = Object.entries(SECTIONS).map(([name, table]) => pathsOf(name, table));
	return {
		$schema: DIALECT,
		$id: "urn:ascribe:link:1",
		title: "Payload of an Ascribe link",
		description: "The JSON behind #1z (deflate-raw, base64url) or #1j (base64url).",
		type: "object",
		required: ["p"],
		additionalProperties: false,
		properties: {
			p: { description: "Preset and revision.", type: "string", pattern: "^[a-z][a-zA-Z0-9-]{0,40}@\\d{1,4}$" },
			c: {
				description: "Settings that differ from the preset, by path.",
				type: "object",
				properties: {
					...pathsOf("", RUN_PARAMS),
					...Object.assign({}, ...settings),
					task: text(200),
					method: text(200),
					loss: text(200),
					"task.reward": text(200),
					warmStart: { enum: [true, null] },
					rewards: { type: "array", maxItems: 100, items: text(80) },
					probes: { type: "array", maxItems: 100, items: text(80) },
					oracle: { enum: ["auto", "off"] },
				},
				patternProperties: { "^(task|method|loss|rewards|signals)\\.[^.]+(\\.[^.]+)?$": SCALAR },
				additionalProperties: false,
			},
			v: { description: "What is on screen.", type: "object", additionalProperties: VALUE },
			b: { description: "Build that wrote it.", type: "string", pattern: "^[\\w.-]{0,40}$" },
			f: {
				description: "Executor, first digits of a fingerprint, training step.",
				type: "array",
				maxItems: 64,
				items: { type: "string", pattern: "^(gpu|wasm|cpu):[0-9a-f]{8,16}@\\d{1,7}$" },
			},
			x: {
				description: "What the run was made on: first 8 digits of the plan's hash, name of the graphics adapter.",
				type: "string",
				pattern: "^[0-9a-f]{8}( [!-~][ -~]{0,59})?$",
			},
			s: { description: "Success curve of the run.", type: "string", pattern: "^\\d{1,7}:[A-Za-z0-9_-]{1,32}$" },
			d: {
				description:
					"File of rollouts that the view points into: first digits of its SHA-256, its name if that is told.",
				type: "string",
				pattern: "^[0-9a-f]{8,64}( .{1,100})?$",
			},
			n: { description: "A note.", ...text(500) },
		},
	};
}
