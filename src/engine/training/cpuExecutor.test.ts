import { describe, expect, it } from "vitest";
import { compareExecutors } from "../../testing/agreement";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { initParameters, toFloat32 } from "../model/parameters";
import type { RolloutBatch } from "../rollouts/batch";
import { freshState } from "./checkpoint";
import { CpuExecutor, type Objective } from "./cpuExecutor";
import { demonstrationBatch } from "./demonstrations";
import type { TrainingPlan } from "./executor";
import { planOf } from "./plan";
import { promptPool } from "./prompts";
import { Requests } from "./requests";
import { Run } from "./run";

/** Heads pays 1: the same grammar as the coin, but the environment always flips heads. */
const sureTask = {
	...coinTask,
	env: {
		...coinTask.env,
		turn: (state: unknown) => {
			const turn = coinTask.env.turn(state);
			return turn.actor === "environment"
				? { actor: "environment" as const, outcomes: [{ token: 0, probability: 1 }] }
				: turn;
		},
	},
};

/** Leave-one-out baseline and −mean(A·log p), written out for these tests. */
const objective: Objective = {
	credit(batch: RolloutBatch) {
		const advantage = new Float64Array(batch.B * batch.T);
		const size = batch.groupIds.filter((g) => g === 0).length;
		batch.returns.forEach((r, b) => {
			const group = batch.returns.filter((_, c) => batch.groupIds[c] === batch.groupIds[b]);
			const others = (group.reduce((a, x) => a + x, 0) - r) / (size - 1);
			for (let t = 0; t < batch.T; t++) advantage[b * batch.T + t] = batch.actionMask[b * batch.T + t] ? r - others : 0;
		});
		const cost = { extraTokens: 0, modelCalls: 0 };
		return { method: "loo", params: {}, advantage, terms: { loo: advantage }, mask: batch.actionMask, cost };
	},
	loss({ logProbs, advantage }) {
		const dlogProbs = advantage.map((a) => -a / advantage.length);
		const loss = logProbs.reduce((sum, lp, i) => sum + lp * dlogProbs[i]!, 0);
		return { loss, dlogProbs, dentropy: null, clipFraction: 0 };
	},
};

const spec = coinSpec({
	rollout: { prompts: 4, groupSize: 4 },
	optimizer: { learningRate: 0.02, weightDecay: 0 },
	steps: 6,
	evaluation: { every: 3, prompts: 3 },
});
const state = (plan: TrainingPlan) => freshState(toFloat32(initParameters(plan.model, 1)));

function scene(plan: TrainingPlan, task = sureTask) {
	const executor = new CpuExecutor(plan, objective);
	executor.upload(state(plan));
	const requests = new Requests(plan, promptPool(task, spec));
	const step = async (k: number) => {
		executor.rollout(requests.training(k));
		executor.train(k);
		return (await executor.metrics(0))[0]!;
	};
	return { executor, requests, step };
}

describe("the CPU executor", () => {
	it("learns which of two tokens pays", async () => {
		const { step } = scene(planOf(spec, sureTask));
		let last = await step(1);
		expect(last.success).toBeLessThanOrEqual(0.8);
		for (let k = 2; k <= 40; k++) last = await step(k);
		expect(last.success).toBeGreaterThanOrEqual(0.95);
		expect(last.entropy).toBeLessThanOrEqual(0.3);
	});

	it("reports what the rollouts hold, and no divergence on the first on-policy step", async () => {
		const { executor, step } = scene(planOf(spec, sureTask));
		const metrics = await step(1);
		const { batch, credit } = await executor.readRollouts();
		expect(metrics.step).toBe(1);
		expect(metrics.meanReturn).toBe(batch.returns.reduce((a, r) => a + r, 0) / 16);
		expect(metrics.tokens).toBe(16);
		expect(metrics.meanLength).toBe(2);
		expect(metrics.klBehaviour).toBeLessThanOrEqual(1e-20);
		expect(metrics.learningRate).toBe(0.02);
		expect(metrics.finite).toBe(true);
		expect(credit.advantage).toHaveLength(32);
		const dead = [0, 1, 2, 3].filter((g) => new Set(batch.returns.subarray(4 * g, 4 * g + 4)).size === 1);
		expect(metrics.deadGroups).toBe(dead.length / 4);
	});

	it("takes epochs × minibatches optimiser steps, and drifts from the policy that sampled", async () => {
		const { executor, step } = scene(planOf({ ...spec, epochs: 3, minibatches: 2 }, sureTask));
		const metrics = await step(1);
		expect((await executor.download()).step).toBe(6);
		expect(metrics.klBehaviour).toBeGreaterThan(0);
	});

	it("compares with the frozen reference when the plan keeps one", async () => {
		const { executor, step } = scene({ ...planOf(spec, sureTask), reference: true });
		executor.freezeReference();
		expect((await step(1)).klReference).toBeLessThanOrEqual(1e-20);
		expect((await step(2)).klReference).toBeGreaterThan(0);
		const { batch } = await executor.readRollouts();
		expect(batch.refLogProbs).not.toEqual(batch.logProbs);
	});

	it("skips tokens that the method did not score", async () => {
		const plan = planOf(spec, sureTask);
		let seen = -1;
		const executor = new CpuExecutor(plan, {
			credit: (batch) => {
				const credit = objective.credit(batch);
				return { ...credit, advantage: credit.advantage.map((a, i) => (i < 10 ? Number.NaN : a)) };
			},
			loss: (input) => {
				seen = input.logProbs.length;
				return objective.loss(input);
			},
		});
		executor.upload(state(plan));
		executor.rollout(new Requests(plan, promptPool(sureTask, spec)).training(1));
		executor.train(1);
		expect(seen).toBe(11);
	});

	it("learns demonstrations: the loss is the mean −log p of the policy's tokens", async () => {
		const plan = planOf(spec, sureTask);
		const { executor } = scene(plan);
		const pool = promptPool(sureTask, spec);
		const always = { ...sureTask, demonstration: () => [1, 0] };
		for (let k = 1; k <= 20; k++) executor.supervise(demonstrationBatch(plan, always, pool, k, 0.02));
		const metrics = await executor.metrics(0);
		expect(metrics.map((m) => m.step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
		expect(Math.abs(metrics[0]!.loss - Math.LN2)).toBeLessThanOrEqual(0.1);
		expect(metrics[19]!.loss).toBeLessThanOrEqual(0.1);
		expect(metrics[0]!.tokens).toBe(0);
	});

	it("names the stage of a number that is not finite, and keeps the parameters", async () => {
		const plan = planOf(spec, sureTask);
		const { executor, step } = scene(plan);
		const before = state(plan);
		before.parameters.fill(Number.NaN, 0, 64);
		executor.upload(before);
		expect(await step(1)).toMatchObject({ finite: false, stage: "loss" });
		expect(await executor.download()).toEqual(before);
	});
});

describe("the comparison of executors", () => {
	const plan = planOf(spec, sureTask);
	const requests = [1, 2, 3].map((k) => new Requests(plan, promptPool(sureTask, spec)).training(k));
	it("finds no difference between two of the same kind", async () => {
		const agreement = await compareExecutors(scene(plan).executor, scene(plan).executor, plan.model, requests);
		expect(Object.values(agreement)).toEqual(new Array(7).fill(0));
	});
	it("finds another learning rate in the parameters, and NaN anywhere as infinite", async () => {
		const faster = { ...plan, optimizer: { ...plan.optimizer, learningRate: 0.021 } };
		const other = await compareExecutors(scene(faster).executor, scene(plan).executor, plan.model, requests);
		expect(other.parameters).toBeGreaterThan(5e-4);
		const { executor } = scene(plan);
		const broken = state(plan);
		broken.parameters[0] = Number.NaN;
		executor.upload(broken);
		const nan = await compareExecutors(executor, scene(plan).executor, plan.model, requests);
		expect(nan.parameters).toBe(Number.POSITIVE_INFINITY);
	});
});

describe("a run on it", () => {
	const run = () => {
		const fingerprints: Record<number, string> = {};
		const outcome = new Run({
			spec,
			task: sureTask,
			createExecutor: async (plan) => new CpuExecutor(plan, objective),
			onEvent: (event) => {
				if (event.type === "fingerprint") fingerprints[event.step] = event.fingerprint;
			},
			host: { now: () => 0, breathe: async () => {} },
		}).execute();
		return outcome.then(({ reason, checkpoint }) => ({ reason, checkpoint, fingerprints }));
	};
	it("ends with the same bits every time", async () => {
		const [a, b] = [await run(), await run()];
		expect(a.reason).toBe("done");
		expect(Object.keys(a.fingerprints)).toEqual(["0", "1", "2", "4", "6"]);
		expect(b.fingerprints).toEqual(a.fingerprints);
		expect(new Set(Object.values(a.fingerprints)).size).toBe(5);
	});
});
