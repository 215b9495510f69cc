import { describe, expect, it } from "vitest";
import { initParameters, toFloat32 } from "../engine/model/parameters";
import { openSpec } from "../engine/spec/registries";
import { freshState } from "../engine/training/checkpoint";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { objectiveOf } from "../engine/training/objective";
import { planOf } from "../engine/training/plan";
import { promptPool } from "../engine/training/prompts";
import { Requests } from "../engine/training/requests";
import { compareExecutors } from "../testing/agreement";
import { coinSpec } from "../testing/coinTask";
import { countCreations } from "../testing/countCreations";
import { testGpu } from "../testing/softwareDevice";
import { openDevice } from "./device/adapter";
import { createGpuExecutor } from "./gpuExecutor";

const PENALISED = {
	task: { id: "strategy", params: { after: 2 } },
	method: { id: "rloo", params: { klCoef: 0.1 } },
};

/** Methods whose signals the submit of a step makes: the plan, writes of a step and its rollouts, and dispatches of credit. */
const CASES: Record<
	string,
	{ readonly spec: Record<string, unknown>; readonly writes: number; readonly credit: number }
> = {
	"the task's own steps and what they are worth": {
		spec: {
			// What a search was worth is said after the reply, which belongs to no step.
			task: { id: "kbhop", params: { entities: 5, searches: 2, fail: 0.2 } },
			method: { id: "pure", params: { form: "min", outcomeCoef: 1 } },
		},
		// Request, control words, and where the judge starts.
		writes: 3,
		credit: 1,
	},
	"scores of the reference, which the loss does not read": {
		spec: PENALISED,
		writes: 2,
		credit: 1,
	},
	"the attention of the pass that the loss uses": {
		spec: { task: { id: "strategy", params: { before: 1, after: 2 } }, method: { id: "attentionCredit" } },
		writes: 2,
		// A gather, a reduction a block, the choice of heads, the means, and the method.
		credit: 1 + 2 + 2 + 1,
	},
	"writers of rewards before a critic's method, the critic behind them too": {
		spec: {
			task: { id: "strategy", params: { after: 2 } },
			model: { layers: 2, width: 16, heads: 2, valueHead: true },
			method: { id: "gae", rewards: [{ id: "ircr" }, { id: "klPenalty", params: { klCoef: 0.1 } }] },
		},
		writes: 2,
		// What asks for no batch, its least and largest return, and the rest.
		credit: 3,
	},
	"a value head as the potential of a method that reads no values": {
		spec: {
			task: { id: "strategy", params: { after: 2 } },
			model: { layers: 2, width: 16, heads: 2, valueHead: true },
			method: { id: "reinforce", params: { over: "group" }, rewards: [{ id: "potentialShaping" }] },
		},
		writes: 2,
		credit: 1,
	},
	"the attention of passes over two minibatches": {
		spec: {
			task: { id: "strategy", params: { after: 2 } },
			method: { id: "attentionCredit", params: { strategy: "anchor" } },
			minibatches: 2,
			epochs: 2,
			loss: { id: "ppo", params: { klCoef: 0.1 } },
		},
		writes: 2,
		// Two gathers, forward passes and reductions.
		credit: 2 * (1 + 16 + 2) + 2 + 1,
	},
};

function setUp(change: Record<string, unknown>) {
	const { spec, task } = openSpec(
		coinSpec({
			model: { layers: 2, width: 16, heads: 2 },
			rollout: { prompts: 4, groupSize: 4, temperature: 0.8 },
			// Gradients that cancel are noise, and Adam would make steps of it: hence the large eps.
			optimizer: { learningRate: 1e-3, eps: 1e-3 },
			...change,
		}),
	);
	const pool = promptPool(task, spec);
	const plan = planOf(spec, task, pool);
	return { plan, requests: new Requests(plan, pool) };
}

function begin<E extends TrainingExecutor>(executor: E, plan: TrainingPlan): E {
	executor.upload(freshState(toFloat32(initParameters(plan.model, 1)).map((v) => (v === 1 ? v : 5 * v))));
	executor.freezeReference();
	return executor;
}

/** Largest difference of a signal, relative to its largest number. */
function signalGap(got: ArrayLike<number> | undefined, want: ArrayLike<number>): number {
	if (got?.length !== want.length) return Number.POSITIVE_INFINITY;
	const largest = Array.from(want).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	return Array.from(want).reduce((most, x, i) => Math.max(most, Math.abs(got[i]! - x) / largest), 0);
}

describe.each(Object.entries(CASES))("credit from %s", (_, { spec, writes, credit }) => {
	it("is computed inside the step, as float64 does, with nothing created on the way", {
		timeout: 300_000,
	}, async () => {
		const { plan, requests } = setUp(spec);
		const opened = await openDevice(testGpu());
		const gpu = begin(await createGpuExecutor(opened, plan), plan);
		const cpu = begin(new CpuExecutor(plan, objectiveOf(plan)), plan);
		expect([gpu.note, gpu.counts.creditDispatches]).toEqual(["", credit]);
		const agreement = await compareExecutors(
			gpu,
			cpu,
			plan.model,
			[1, 2, 3].map((k) => requests.training(k)),
		);
		expect(agreement.differentTokens).toBe(0);
		expect(agreement.advantages).toBeLessThanOrEqual(1e-5);
		expect(agreement.parameters).toBeLessThanOrEqual(2e-5);
		const [a, b] = [await gpu.readRollouts(), await cpu.readRollouts()];
		expect(Object.keys(a.batch.signals)).toEqual(Object.keys(b.batch.signals));
		for (const [name, { data }] of Object.entries(b.batch.signals))
			expect(signalGap(a.batch.signals[name]?.data, data)).toBeLessThanOrEqual(1e-5);
		expect(a.batch.steps).toEqual(b.batch.steps);
		expect(a.credit.cost).toEqual(b.credit.cost);

		// Two steps under way need two staging buffers, which are kept.
		for (let k = 4; k <= 5; k++) {
			gpu.rollout(requests.training(k));
			gpu.train(k);
		}
		await gpu.metrics(0);
		const counted = countCreations(opened.device);
		for (let k = 6; k <= 8; k++) {
			gpu.rollout(requests.training(k));
			gpu.train(k);
			await gpu.metrics(1);
		}
		await gpu.metrics(0);
		const { submits, dispatches, writes: written, ...created } = counted.stop();
		expect(Object.values(created).reduce((sum, n) => sum + n, 0)).toBe(0);
		const { trainDispatches, creditDispatches, rolloutDispatches, trainSubmits, rolloutSubmits } = gpu.counts;
		expect(dispatches).toBe(3 * (trainDispatches + creditDispatches + rolloutDispatches));
		expect(submits).toBe(3 * (trainSubmits + rolloutSubmits));
		expect(written).toBe(3 * writes);
		gpu.dispose();
	});
});

it("scores of the reference are those beside the rollouts where an experiment names who gives them", async () => {
	const { plan, requests } = setUp({ ...PENALISED, signals: { referenceScores: {} } });
	const gpu = begin(await createGpuExecutor(await openDevice(testGpu()), plan), plan);
	gpu.rollout(requests.training(1));
	gpu.train(1);
	await gpu.metrics(0);
	const { batch } = await gpu.readRollouts();
	// Nothing was learnt yet when they were sampled.
	const gap = batch.refLogProbs!.map((x, i) => Math.abs(x - batch.logProbs![i]!));
	expect(Math.max(...gap)).toBeLessThanOrEqual(1e-4);
	expect(Math.min(...batch.refLogProbs!)).toBeLessThanOrEqual(-0.1);
	gpu.dispose();
});
