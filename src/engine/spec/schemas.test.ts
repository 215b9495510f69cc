import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import dumps from "../../../public/datasets/dumps/manifest.json";
import { InvalidInput } from "../core/errors";
import { memorySource } from "../formats/containers/byteSource";
import { importFile } from "../formats/importFile";
import { ROLLOUT_SCHEMA } from "../formats/rolloutSchema";
import { checkedRecord } from "../formats/rolloutsJsonl";
import { changesBetween } from "./changes";
import goldens from "./goldenLinks.json";
import { encodeLink } from "./link";
import { linkSchema } from "./linkSchema";
import { parseSpec } from "./parseSpec";
import { findPreset, PRESETS } from "./presets";
import { PARAM_TABLES, REGISTRIES } from "./registries";
import { resolveSpec } from "./resolveSpec";
import { specSchema } from "./specSchema";

const ajv = new Ajv2020({ allErrors: false, strict: true, allowUnionTypes: true, allowMatchingProperties: true });
const spec = ajv.compile(specSchema(REGISTRIES));
const link = ajv.compile(linkSchema());
const rollout = ajv.compile(ROLLOUT_SCHEMA);
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

it.each([
	["spec", specSchema(REGISTRIES)],
	["link", linkSchema()],
	["rollout", ROLLOUT_SCHEMA],
])(
	"docs/schemas/%s.schema.json is what `ascribe schema` prints, but for entries of the registries that are newer",
	(name, schema) => {
		const kept = JSON.parse(readFileSync(`docs/schemas/${name}.schema.json`, "utf8")) as unknown;
		expect(withoutEntries(kept)).toEqual(withoutEntries(plain(schema)));
	},
);

/** A schema without what registries put into it, so that a new method needs no second edit. */
function withoutEntries(schema: unknown): unknown {
	return JSON.parse(
		JSON.stringify(schema, (key, value) => (["oneOf", "probes", "signals"].includes(key) ? "registered" : value)),
	);
}

/** Whether a reader takes a value; other errors than refusals are mistakes. `joint` are rules that no schema can state. */
function takes(read: () => unknown, joint: RegExp): boolean {
	try {
		read();
		return true;
	} catch (error) {
		if (!(error instanceof InvalidInput)) throw error;
		return joint.test(error.message);
	}
}

/** The value with the field at a path replaced. */
function replaced(target: unknown, [head, ...rest]: readonly string[], value: unknown): unknown {
	if (head === undefined) return value;
	const own = typeof target === "object" && target !== null ? target : {};
	const copy = Array.isArray(own) ? [...own] : { ...own };
	return Object.assign(copy, { [head]: replaced((own as Record<string, unknown>)[head], rest, value) });
}

const anything = fc.oneof(
	fc.constantFrom<unknown>(0, 1, -1, 0.5, 3, 1e9, true, null, "", "auto", "end", "grpo", [], {}, [1], ["a"], [null]),
	fc.double({ noNaN: true, noDefaultInfinity: true }),
	fc.integer({ min: -5, max: 300 }),
);

describe("the schema of experiments", () => {
	it("takes every preset, and every task, method, loss and signal provider with nothing but its name", () => {
		for (const preset of PRESETS) expect(spec(plain(preset.spec)), preset.id).toBe(true);
		const least = (change: object) => ({
			schema: "ascribe.spec/1",
			task: { id: "lake" },
			method: { id: "grpo" },
			loss: { id: "ppo" },
			...change,
		});
		for (const { id } of REGISTRIES.tasks) expect(spec(least({ task: { id } })), id).toBe(true);
		for (const { id } of REGISTRIES.methods) expect(spec(least({ method: { id } })), id).toBe(true);
		for (const { id } of REGISTRIES.losses) expect(spec(least({ loss: { id } })), id).toBe(true);
		for (const { id } of REGISTRIES.rewards)
			expect(spec(least({ method: { id: "grpo", rewards: [{ id }] } })), id).toBe(true);
		for (const { id } of REGISTRIES.signals) expect(spec(least({ signals: { [id]: {} } })), id).toBe(true);
	});

	const [first] = PRESETS;
	const chained = { ...first!.spec, method: { id: "grpo", params: {}, rewards: [{ id: "klPenalty", params: {} }] } };
	const starts = [...PRESETS, { id: "a chain", spec: chained }];
	const paths = [
		...["", "x", "schema", "task", "task.id", "task.reward", "task.params", "task.params.x", "method.params.scale"],
		...["model.width", "model.heads", "model.valueHead", "warmStart", "warmStart.success", "rollout.groupSize"],
		...["rollout.temperature", "rollout.branching", "method", "method.id", "loss.params.clipLow", "optimizer"],
		...["optimizer.beta1", "steps", "epochs", "minibatches", "seed", "evaluation.every", "probes", "oracle", "signals"],
		...["signals.branchedValues.children", "signals.nobody.x"],
		...["method.rewards", "method.rewards.0", "method.rewards.0.params.klCoef", "method.params.klCoef"],
	];

	it("agrees with the reader on experiments in which any field is replaced by anything", () => {
		const joint = /divisible|cannot be split|is no tree/;
		let refused = 0;
		fc.assert(
			fc.property(fc.constantFrom(...starts), fc.constantFrom(...paths), anything, (preset, path, value) => {
				const given = plain(replaced(preset.spec, path === "" ? [] : path.split("."), value));
				const taken = takes(() => resolveSpec(parseSpec(given), REGISTRIES), joint);
				if (!taken) refused += 1;
				expect(spec(given), `${preset.id} ${path} ${JSON.stringify(value)}`).toBe(taken);
			}),
			{ numRuns: 3000, seed: 5 },
		);
		expect(refused).toBeGreaterThan(500);
	});
});

describe("the schema of links", () => {
	const payloadOf = (text: string) => JSON.parse(Buffer.from(text.slice(2), "base64url").toString("utf8")) as unknown;

	it("takes links written by another program, and what this one writes between any two presets", () => {
		for (const { payload } of goldens) expect(link(payload), JSON.stringify(payload)).toBe(true);
		for (const from of PRESETS)
			for (const to of PRESETS) {
				const changes = changesBetween(from.spec, to.spec, PARAM_TABLES);
				const state = {
					preset: from.id,
					changes,
					view: { layout: "learn", step: 3, rows: ["rloo"] },
					build: "2f9c1ab",
				};
				const curve = { lastStep: 120, success: [0, 0.5, 1] };
				const text = encodeLink(
					{
						...state,
						fingerprints: ["gpu:9e41aa07@0"],
						madeOn: { plan: "3f1c9a02", adapter: "nvidia ampere" },
						curve,
						file: { hash: "9e41aa07", name: "step_30.jsonl" },
						note: "n",
					},
					"j",
				);
				expect(link(payloadOf(text)), `${from.id} to ${to.id}: ${JSON.stringify(link.errors)}`).toBe(true);
			}
	});

	it.each([
		["no preset", {}],
		["a preset without a number", { p: "keydoor" }],
		["an unknown part", { p: "keydoor@1", z: 1 }],
		["a setting out of range", { p: "keydoor@1", c: { "rollout.groupSize": 0 } }],
		["a setting that does not exist", { p: "keydoor@1", c: { "rollout.size": 8 } }],
		["an object for a setting", { p: "keydoor@1", c: { "method.scale": { a: 1 } } }],
		["reward writers that are no list", { p: "keydoor@1", c: { rewards: "ircr" } }],
		["an object in the view", { p: "keydoor@1", v: { layout: {} } }],
		["a fingerprint without a step", { p: "keydoor@1", f: ["gpu:9e41aa07"] }],
		["an executor without a plan", { p: "keydoor@1", x: "nvidia ampere" }],
		["a curve of too many digits", { p: "keydoor@1", s: `120:${"A".repeat(33)}` }],
		["a file without a hash", { p: "keydoor@1", d: "step_30.jsonl" }],
		["a note that is too long", { p: "keydoor@1", n: "n".repeat(501) }],
	])("refuses %s", (_, payload) => {
		expect(link(payload)).toBe(false);
	});
});

describe("the schema of rollouts", () => {
	const home = "public/datasets/dumps/";

	it("takes what every importer makes of its sample", async () => {
		for (const { path } of dumps.files) {
			const { lines } = await importFile(memorySource(path, readFileSync(home + path)));
			for (const { record } of lines) expect(rollout(plain(record)), `${path} ${record.id}`).toBe(true);
		}
	});

	it("agrees with the reader on rollouts in which any field is replaced by anything", () => {
		const [line = ""] = readFileSync(`${home}ascribe/rollouts.jsonl`, "utf8").split("\n");
		const record = JSON.parse(line) as Record<string, unknown>;
		const T = (record.tokens as unknown[]).length;
		const span = { start: 0, end: 1, votes: [1], reward: 0.5, label: null };
		const paths = [...Object.keys((ROLLOUT_SCHEMA as { properties: object }).properties), "", "unknown", "parent.at"];
		const value = fc.oneof(
			anything,
			fc.array(fc.constantFrom<unknown>(0, 1, 0.5, null, "a"), { minLength: T, maxLength: T }),
			fc.constantFrom<unknown>([span], [{ ...span, end: "a" }], [{ start: 0 }], [{ ...span, votes: [null] }]),
			fc.constantFrom<unknown>({ id: "a", at: 1 }, { id: 1, at: 1 }, { a: [1, null] }, { a: 1 }, { a: ["b"] }, "limit"),
		);
		const joint = /entries; it must have|strings, one for each token|range of tokens|shared leading tokens/;
		let refused = 0;
		fc.assert(
			fc.property(fc.constantFrom(...paths), value, (path, replacement) => {
				const given = replaced(record, path === "" ? [] : path.split("."), replacement);
				const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
				const read = () => checkedRecord(given as Record<string, unknown>, "here");
				const refusal = messageOf(() => (isObject ? read() : refuse()));
				if (refusal !== "") refused += 1;
				// Lengths and ends are for the reader alone.
				if (joint.test(refusal)) return;
				expect(rollout(given), `${path} ${JSON.stringify(replacement)}: ${refusal}`).toBe(refusal === "");
			}),
			{ numRuns: 4000, seed: 5 },
		);
		expect(refused).toBeGreaterThan(1000);
	});
});

function refuse(): never {
	throw new InvalidInput("no object");
}

/** The sentence of a refusal; empty where there is none. */
function messageOf(read: () => unknown): string {
	try {
		read();
		return "";
	} catch (error) {
		if (error instanceof InvalidInput) return error.message;
		throw error;
	}
}

it("the schemas do not take each other's values", () => {
	const { spec: experiment } = findPreset("lake@1");
	for (const [mine, others] of [
		[spec, [{ p: "lake@1" }, { id: "a", tokens: [] }]],
		[link, [experiment, { id: "a", tokens: [] }]],
		[rollout, [experiment, { p: "lake@1" }]],
	] as const)
		for (const other of others) expect(mine(plain(other))).toBe(false);
});
