import { parameterLayout } from "../engine/model/config";
import { fingerprint } from "../engine/model/fingerprint";
import type { RolloutBatch } from "../engine/rollouts/batch";
import { findPreset } from "../engine/spec/presets";
import { openSpec } from "../engine/spec/registries";
import type { Objective } from "../engine/training/cpuExecutor";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { Run } from "../engine/training/run";
import { randomPlan, randomRequest, randomState } from "./testingPlan";
import { createWasmExecutor } from "./wasmExecutor";

/** Advantage over the mean of all, and −mean(A·log p) − 0.01·mean(H): additions and products only, so exact everywhere. */
export const plainObjective: Objective = {
	credit(batch: RolloutBatch) {
		const mean = batch.returns.reduce((a, r) => a + r, 0) / batch.B;
		const advantage = Float64Array.from(
			batch.actionMask,
			(m, i) => m * (batch.returns[Math.floor(i / batch.T)]! - mean),
		);
		const cost = { extraTokens: 0, modelCalls: 0 };
		return { method: "mean", params: {}, advantage, terms: { mean: advantage }, mask: batch.actionMask, cost };
	},
	loss({ logProbs, advantage, entropy }) {
		const dlogProbs = advantage.map((a) => -a / advantage.length);
		const dentropy = entropy.map(() => -0.01 / entropy.length);
		const loss = logProbs.reduce((sum, lp, i) => sum + lp * dlogProbs[i]! + entropy[i]! * dentropy[i]!, 0);
		return { loss, dlogProbs, dentropy, clipFraction: 0 };
	},
};

/** A plan that touches everything: several chunks and lanes, environment replies, partial tiles, two minibatches. */
export const exactPlan: TrainingPlan = {
	...randomPlan({
		model: { vocabSize: 19, layers: 2, width: 20, heads: 2, headBias: true, tiedHead: false, valueHead: false },
		prompts: 40,
		groupSize: 4,
		maxPromptLength: 3,
		maxResponseLength: 18,
		sampling: { topK: 12, topP: 0.95 },
		reference: true,
	}),
	epochs: 2,
	minibatches: 2,
};

async function trainSteps(executor: TrainingExecutor, plan: TrainingPlan, steps: number): Promise<string> {
	executor.upload(randomState(plan));
	executor.freezeReference();
	for (let step = 1; step <= steps; step++) {
		executor.rollout(randomRequest(plan, step));
		executor.train(step);
	}
	return fingerprint((await executor.download()).parameters, parameterLayout(plan.model));
}

/** Fingerprint after `steps` training steps of `exactPlan`: the same on every machine. */
export async function exactFingerprint(steps: number, threads = 1): Promise<string> {
	const executor = await createWasmExecutor(exactPlan, { threads, objective: plainObjective });
	const print = await trainSteps(executor, exactPlan, steps);
	executor.dispose();
	return print;
}

/** Fingerprint after `steps` steps of a preset, evaluations left out: what the command line and the page print. */
export async function presetFingerprint(id: string, steps: number, threads = 1): Promise<string> {
	const preset = findPreset(id);
	const { spec, task } = openSpec({ ...preset.spec, steps, evaluation: { ...preset.spec.evaluation, every: 0 } });
	let print = "";
	const outcome = await new Run({
		spec,
		task,
		createExecutor: (plan) => createWasmExecutor(plan, { threads }),
		onEvent(event) {
			if (event.type === "fingerprint" && event.step === steps) print = event.fingerprint;
		},
		host: { now: () => 0, breathe: async () => {} },
	}).execute();
	if (outcome.reason === "failed") throw outcome.error;
	return print;
}
