import { expect, it } from "vitest";
import { findPreset } from "../engine/spec/presets";
import { openSpec } from "../engine/spec/registries";
import { Run } from "../engine/training/run";
import { createWasmExecutor } from "./wasmExecutor";

// A small sample of `npm run prove -- learning`: the preset on shorter sums. The bits are the same on every machine.
it("MODCHAIN learns from demonstrations to 0.6, and from there to 0.9 by reward alone", {
	timeout: 60_000,
}, async () => {
	const preset = findPreset("modchain@1").spec;
	const { spec, task } = openSpec({
		...preset,
		task: { id: "modchain", params: { n: 2, M: 4 } },
		steps: 30,
		evaluation: { every: 30, prompts: 64 },
	});
	const success: number[] = [];
	const outcome = await new Run({
		spec,
		task,
		createExecutor: (plan) => createWasmExecutor(plan),
		onEvent(event) {
			if (event.type === "evaluation") success.push(event.success);
		},
		host: { now: () => 0, breathe: async () => {} },
	}).execute();
	if (outcome.reason === "failed") throw outcome.error;
	const [before, after] = success;
	expect(before).toBeLessThanOrEqual(0.75);
	expect(after).toBeGreaterThanOrEqual(0.9);
});
