import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeLink } from "../engine/spec/link";
import { findPreset } from "../engine/spec/presets";
import { openExperiment } from "./openExperiment";
import { captureIo } from "./testing";

const folder = mkdtempSync(join(tmpdir(), "ascribe-"));
const io = captureIo(folder);
const link = (changes: Record<string, number>, preset = "keydoor@1") =>
	`https://example.org/#${encodeLink({ preset, changes, view: {}, build: "", fingerprints: [], note: "" })}`;

describe("an experiment", () => {
	test("is found by the name of its preset, with or without number", () => {
		expect(openExperiment("keydoor@1", io)).toEqual(findPreset("keydoor@1").spec);
		expect(openExperiment("keydoor", io)).toEqual(findPreset("keydoor@1").spec);
	});
	test("is read from a file beside the caller", () => {
		writeFileSync(join(folder, "mine.json"), JSON.stringify({ ...findPreset("keydoor@1").spec, seed: 9 }));
		expect(openExperiment("mine.json", io).seed).toBe(9);
	});
	test("is read from a link, which clamps and says so", () => {
		expect(openExperiment(link({ seed: 5, "rollout.prompts": 16 }), io)).toMatchObject({
			seed: 5,
			rollout: { prompts: 16 },
		});
		const told = captureIo(folder);
		expect(openExperiment(link({ steps: -3 }), told).steps).toBe(1);
		expect(told.stderr()).toMatch(/steps/);
	});
	test.each(["", "https://example.org/lab/", "http://localhost:5173/"])(
		"is read from settings written by hand into the address %s",
		(at) => {
			const told = captureIo(folder);
			const asked = `${at}?preset=keydoor@1&seed=7&layout=learn&embed=1&method=rloo&steps=-3`;
			const spec = openExperiment(asked, told);
			expect(spec).toMatchObject({ ...findPreset("keydoor@1").spec, seed: 7, steps: 1, method: { id: "rloo" } });
			expect(told.stderr()).toMatch(/^ascribe: .*steps.*\n$/);
			expect(openExperiment(`${asked}#`, told)).toEqual(spec);
		},
	);
	test("takes flags and a formula that is a number from an address", () => {
		const spec = openExperiment("?preset=keydoor@1&model.valueHead=true&task.reward=1", captureIo(folder));
		expect(spec).toMatchObject({ model: { valueHead: true }, task: { reward: "1" } });
	});
	test("is read from a link that points into a file, with a note that the file is not read", () => {
		const file = { hash: "9e41aa07", name: "step_30.jsonl" };
		const state = { preset: "keydoor@1", changes: { seed: 5 }, view: {}, build: "", fingerprints: [], note: "", file };
		const told = captureIo(folder);
		expect(openExperiment(`#${encodeLink(state)}`, told).seed).toBe(5);
		expect(told.stderr()).toBe(
			"ascribe: the link points into a file, which is not read: only the settings of the link are used.\n",
		);
		const plain = captureIo(folder);
		openExperiment(link({ seed: 5 }), plain);
		expect(plain.stderr()).toBe("");
	});
	test.each([
		["nothing", /There is no preset "nothing"; there are keydoor@1/],
		["missing.json", /^missing\.json cannot be read: there is no such file/],
		["./missing", /cannot be read/],
		["?preset=gone@1", /There is no preset "gone@1"/],
		["https://example.org/?seed=7", /The address names no experiment; it needs a link after #, or \?preset=ID/],
		["https://example.org/", /The address names no experiment/],
		["#9999aAAAA", /^The link was made with a newer version of the workbench than this one, which cannot read it\.$/],
		["#1zAAAA", /The link cannot be read/],
		[link({}, "gone@9"), /There is no preset "gone@9"/],
	])("%s is refused in one sentence", (name, message) => {
		expect(() => openExperiment(name, io)).toThrow(message);
	});
});
