import { beforeEach, describe, expect, it } from "vitest";
import { PRESETS } from "../../engine/spec/presets";
import { changeField, draftStore, rejectField, withPath } from "./draft";

const preset = PRESETS[0];
if (!preset) throw new Error("There is no preset.");

beforeEach(() => {
	draftStore.setState({ presetId: preset.id, spec: preset.spec, edited: "", rejected: {} });
});

describe("draft", () => {
	it("copies only what lies on the path", () => {
		const before = { a: { b: 1 }, c: { d: 2 } };
		const after = withPath(before, ["a", "b"], 3);
		expect(after).toEqual({ a: { b: 3 }, c: { d: 2 } });
		expect(after.c).toBe(before.c);
		expect(before.a.b).toBe(1);
	});

	it("keeps a refused text beside the old value until a good one comes", () => {
		rejectField("seed", "many", 'Seed is "many".');
		expect(draftStore.getState().spec.seed).toBe(preset.spec.seed);
		changeField("seed", 3);
		expect(draftStore.getState().rejected).toEqual({});
	});
});
