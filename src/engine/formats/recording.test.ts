import { describe, expect, it } from "vitest";
import { makeBatch } from "../../testing/fakeTrainer";
import { PRESETS } from "../spec/presets";
import { type Recording, readRecording, writeRecording } from "./recording";
import { readSafetensors } from "./safetensors";

function recordingOf(): Recording {
	const frames = [1, 4].map((step) => {
		const made = makeBatch({ seed: step });
		const { credit } = made;
		const batch = { ...made.batch, values: credit.advantage };
		const exact = {
			mode: "enumerate",
			advantage: credit.advantage.map((a) => a / 2),
			values: credit.advantage,
		} as const;
		const unscored = credit.advantage.map((a, i) => (i === 1 ? Number.NaN : a));
		return { step, batch, exact, credit: { grpo: credit.advantage, tempo: unscored } };
	});
	const preset = PRESETS[0]!;
	return {
		preset: preset.id,
		spec: preset.spec,
		label: { kind: "wasm", adapter: "test", plan: "0", software: false },
		fingerprints: [{ step: 0, fingerprint: "00" }],
		seeds: [1, 2],
		methods: { grpo: {}, tempo: { unit: "token" } },
		curves: { success: Float64Array.of(0, 0.5, 1, 0, 0.25, 0.75) },
		errors: { grpo: Float64Array.of(1, 0.5, Number.NaN, 0.25) },
		frames,
		opening: 1,
	};
}

describe("a recording", () => {
	it("reads back as it was written, up to float32", () => {
		const recording = recordingOf();
		const again = readRecording(writeRecording(recording), "test");
		const rounded = JSON.stringify(recording, asFloat32);
		expect(JSON.stringify(again, asFloat32)).toBe(rounded);
		expect(again.frames[0]?.batch.tokens).toBeInstanceOf(Int32Array);
	});

	it("is a safetensors file with one array a quantity, steps first", () => {
		const { tensors } = readSafetensors(writeRecording(recordingOf()), "test");
		const { B, T } = recordingOf().frames[0]!.batch;
		expect(tensors.get("credit/tempo")?.shape).toEqual([2, B, T]);
		expect(tensors.get("curve/success")?.shape).toEqual([2, 3]);
	});

	it("says what another file is not", () => {
		const other = writeRecording({ ...recordingOf() }).slice();
		const text = new TextDecoder("latin1").decode(other).replace("ascribe.recording/1", "ascribe.recording/9");
		const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0) & 255);
		expect(() => readRecording(bytes, "old.recording")).toThrow(/old\.recording is no recording/);
	});
});

/** Keys in order, typed arrays as lists rounded to float32, NaN as text. */
function asFloat32(_: string, value: unknown): unknown {
	if (ArrayBuffer.isView(value))
		return Array.from(value as Float64Array, (x) => (Number.isNaN(x) ? "NaN" : Math.fround(x)));
	if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
