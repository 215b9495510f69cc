import { expect, it } from "vitest";
import { parameterLayout } from "../model/config";
import { fingerprint } from "../model/fingerprint";
import { PRESETS } from "../spec/presets";
import { openSpec } from "../spec/registries";
import { CpuExecutor } from "./cpuExecutor";
import type { TrainingPlan } from "./executor";
import { makeRecording } from "./makeRecording";
import { objectiveOf } from "./objective";
import { modelOf } from "./plan";
import { retakePolicies } from "./retakePolicies";

const preset = PRESETS[0]!;
const small = {
	...preset.spec,
	task: { id: "keydoor", params: { distractors: 1, colours: 2 } },
	model: { ...preset.spec.model, layers: 1, width: 8, heads: 1 },
	rollout: { ...preset.spec.rollout, prompts: 2, groupSize: 2 },
	evaluation: { every: 0, prompts: 1 },
	steps: 3,
};
const trains = {
	createExecutor: async (plan: TrainingPlan) => new CpuExecutor(plan, objectiveOf(plan)),
	host: { now: () => 0, breathe: async () => {} },
};

it("takes the policies of the recorded run, and no others", async () => {
	const recording = await makeRecording({
		preset: { ...preset, spec: { ...small, seed: 9 } },
		seeds: [4],
		methods: {},
		samples: 1,
		frames: 3,
		groups: 1,
		judged: 1,
		mode: "enumerate",
		onNote: () => {},
		...trains,
	});
	const policies = await retakePolicies(recording, trains);
	// Step k is sampled by what k − 1 steps of training made.
	const { spec, task } = openSpec(recording.spec);
	const layout = parameterLayout(modelOf(spec, task));
	const prints = new Map(recording.fingerprints.map((f) => [f.step + 1, f.fingerprint]));
	expect(recording.frames.map((f) => f.step)).toEqual([1, 2, 3]);
	expect(policies.map((p) => fingerprint(p, layout))).toEqual([1, 2, 3].map((step) => prints.get(step)));

	const fingerprints = recording.fingerprints.map((f) => (f.step === 2 ? { ...f, fingerprint: "other" } : f));
	await expect(retakePolicies({ ...recording, fingerprints }, trains)).rejects.toThrow(
		/^This run is not the recorded one: at step 2 .* not other\.$/,
	);
});
