import { expect, it } from "vitest";
import { creditorOf } from "../credit/choice";
import { creditBy, creditOf } from "../credit/run";
import type { RolloutBatch } from "../rollouts/batch";
import { PRESETS } from "../spec/presets";
import { openSpec } from "../spec/registries";
import { CpuExecutor } from "./cpuExecutor";
import type { TrainingPlan } from "./executor";
import { makeRecording, openingFrame } from "./makeRecording";
import { objectiveOf } from "./objective";
import { Run } from "./run";

const preset = PRESETS[0]!;
const spec = {
	...preset.spec,
	task: { id: "keydoor", params: { distractors: 1, colours: 2 } },
	model: { ...preset.spec.model, layers: 1, width: 8, heads: 1 },
	rollout: { ...preset.spec.rollout, prompts: 3, groupSize: 3 },
	evaluation: { every: 0, prompts: 1 },
	steps: 6,
};
const createExecutor = async (plan: TrainingPlan) => new CpuExecutor(plan, objectiveOf(plan));
const host = { now: () => 0, breathe: async () => {} };

it("does not change the run that it records, and knows what its rollouts were worth", async () => {
	const recording = await makeRecording({
		preset: { ...preset, spec },
		seeds: [1, 2],
		methods: { tempo: {}, vinePpo: { unit: "token" } },
		samples: 100,
		frames: 4,
		groups: 2,
		judged: 2,
		mode: "enumerate",
		createExecutor,
		host,
		onNote: () => {},
	});
	const prints: string[] = [];
	const onEvent = (e: { type: string; fingerprint?: string }) => void (e.fingerprint && prints.push(e.fingerprint));
	await new Run({ ...openSpec({ ...spec, seed: 1 }), createExecutor, onEvent, host }).execute();
	expect(recording.fingerprints.map((f) => f.fingerprint)).toEqual(prints);

	expect(recording.frames.map((f) => f.step)).toEqual([1, 2, 3, 6]);
	expect(recording.curves.success?.length).toBe(2 * 6);
	expect(recording.errors.tempo?.length).toBe(2 * 4);
	// GRPO pays all tokens of a rollout alike: it explains a part of the exact advantage, never all of it.
	expect(recording.errors.grpo).toHaveLength(2 * 4);
	for (const error of recording.errors.grpo!) {
		expect(error).toBeGreaterThanOrEqual(0.1);
		expect(error).toBeLessThanOrEqual(1);
	}
	const { batch, exact } = recording.frames[0]!;
	expect([batch.B, batch.T]).toEqual([6, 5]);
	// A hundred continuations, each with a deviation below 0.5, come this close; and who tries again from prefixes knows more.
	for (let t = 0; t < 5; t++) expect(Math.abs(batch.values![t]! - exact.values[t]!)).toBeLessThanOrEqual(0.15);
	expect(recording.errors.vinePpo?.[0]).toBeLessThanOrEqual(recording.errors.grpo![0]! / 2);
	// An untrained policy is nearly uniform: two keys, two ways at the door, and an apple in a third of the moves half of the time.
	expect(Math.abs((exact.values[0] as number) - (1 / 4 + 0.3 / 6))).toBeLessThanOrEqual(0.05);
});

it("keeps the credit that trained: that of the method behind its writers of rewards", async () => {
	const rewards = [{ id: "ircr", params: { per: "rollout" } }];
	const method = { id: "reinforce", params: { center: "none", scale: "none" }, rewards };
	const recording = await makeRecording({
		preset: { ...preset, spec: { ...spec, method, steps: 1 } },
		seeds: [1],
		methods: { grpo: {} },
		samples: 1,
		frames: 1,
		groups: 3,
		judged: 3,
		mode: "enumerate",
		createExecutor,
		host,
		onNote: () => {},
	});
	const { batch, credit } = recording.frames[0]!;
	const { advantage } = creditBy(creditorOf(method), method.params, batch);
	expect(credit.reinforce).toEqual(advantage);
	expect(credit.reinforce).not.toEqual(creditOf("reinforce", method.params, batch).advantage);
	expect(credit.grpo).toEqual(creditOf("grpo", {}, batch).advantage);
	expect(recording.spec.method.rewards).toEqual(rewards);
});

it("opens where the policy half can and the first group has something to compare", () => {
	const frame = (step: number, returns: readonly number[]) => {
		const batch = {
			returns: Float64Array.from(returns),
			groupIds: Int32Array.of(4, 4, 7, 7),
		} as unknown as RolloutBatch;
		return { step, batch };
	};
	const [none, mixed, all] = [frame(1, [0, 1, 0, 0]), frame(3, [0, 1, 1, 1]), frame(4, [1, 1, 0, 1])];
	// Step 4 is nearest to half, but its first group is all equal; of the others step 3 is nearer.
	expect(openingFrame([none, mixed, all], [0.1, 0.2, 0.7, 0.5])).toBe(1);
	expect(openingFrame([none, mixed, all], [0.4, 0.2, 0.7, 0.5])).toBe(0);
	expect(openingFrame([frame(1, [0, 0, 0, 1]), all], [0.1, 0.2, 0.7, 0.5])).toBe(1);
});
