import { beforeAll, expect, it } from "vitest";
import { POLICY_GRID, readPolicies, writePolicies } from "../engine/formats/policies";
import { PRESETS } from "../engine/spec/presets";
import { openSpec } from "../engine/spec/registries";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import type { RunEvent } from "../engine/training/events";
import type { TrainingPlan } from "../engine/training/executor";
import { objectiveOf } from "../engine/training/objective";
import { Run } from "../engine/training/run";
import { tapeRun } from "../engine/training/tapeRun";
import { attentionOf } from "./attention";

const preset = PRESETS[0]!;
const given = {
	...preset.spec,
	model: { ...preset.spec.model, layers: 2, width: 16, heads: 2 },
	rollout: { ...preset.spec.rollout, prompts: 2, groupSize: 2 },
	evaluation: { every: 0, prompts: 1 },
	warmStart: null,
	steps: 3,
};
const trains = {
	createExecutor: async (plan: TrainingPlan) => new CpuExecutor(plan, objectiveOf(plan)),
	host: { now: () => 0, breathe: async () => {} },
};
const opened = openSpec(given);

/** The last rollouts of a live run, and the policy that it hands out for them. */
let live: { batch: Extract<RunEvent, { type: "rollouts" }>["batch"]; parameters: Float32Array };
beforeAll(async () => {
	const events: RunEvent[] = [];
	const run = new Run({ ...opened, ...trains, onEvent: (event) => void events.push(event) });
	await run.execute();
	const { batch } = events.findLast((event) => event.type === "rollouts")!;
	live = { batch, parameters: (await run.policyOf(3))! };
});

/** Of the first rollout. */
function attentionWith(parameters: Float32Array) {
	const { batch } = live;
	const [from, to] = [0, batch.lengths[0]!];
	return attentionOf({
		spec: opened.spec,
		parameters,
		prompt: batch.promptTokens.slice(0, batch.promptOffsets[1]),
		response: batch.tokens.slice(from, to),
		mask: batch.actionMask.slice(from, to),
	});
}

it("is on a recording what it is in the live run at the same step, up to the rounding of the parameters that are kept", async () => {
	const { tape } = await tapeRun(opened, new Set([1, 3]), trains);
	expect(tape.map((t) => t.step)).toEqual([1, 3]);
	expect(tape[1]!.parameters).toEqual(live.parameters);
	const header = { preset: preset.id, steps: [1, 3], fingerprints: ["", ""], grid: POLICY_GRID };
	const bytes = writePolicies(
		header,
		tape.map((t) => t.parameters),
	);
	const kept = readPolicies(bytes, "test").of(1);
	const [at, exact] = [attentionWith(kept), attentionWith(live.parameters)];
	expect([at.N, at.layers, at.heads]).toEqual([exact.N, 2, 2]);
	for (const [i, weight] of exact.maps.entries())
		expect(Math.abs(at.maps[i]! - weight)).toBeLessThanOrEqual(POLICY_GRID);
	for (const [t, value] of exact.rhythm.waad.entries())
		expect(Math.abs(at.rhythm.waad[t]! - value)).toBeLessThanOrEqual(0.01);
	// Another step's policy looks elsewhere by more than that.
	const before = attentionWith(tape[0]!.parameters);
	expect(Math.max(...before.maps.map((w, i) => Math.abs(w - exact.maps[i]!)))).toBeGreaterThan(0);
});

it("every row of a map adds up to one, and nothing looks ahead", () => {
	const { maps, N, layers, heads } = attentionWith(live.parameters);
	for (let row = 0; row < layers * heads * N; row++) {
		const weights = maps.subarray(row * N, (row + 1) * N);
		expect(Math.abs(weights.reduce((a, b) => a + b) - 1)).toBeLessThanOrEqual(1e-6);
		for (const ahead of weights.subarray((row % N) + 1)) expect(ahead).toBe(0);
	}
});
