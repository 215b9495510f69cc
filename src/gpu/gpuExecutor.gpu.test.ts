import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parameterLayout } from "../engine/model/config";
import { initParameters, toFloat32 } from "../engine/model/parameters";
import { openSpec } from "../engine/spec/registries";
import { freshState } from "../engine/training/checkpoint";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import { demonstrationBatch } from "../engine/training/demonstrations";
import { fillBatch } from "../engine/training/dynamicSampling";
import type { RunEvent } from "../engine/training/events";
import type { StepMetrics, TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { objectiveOf } from "../engine/training/objective";
import { planOf } from "../engine/training/plan";
import { promptPool } from "../engine/training/prompts";
import { Requests } from "../engine/training/requests";
import { Run } from "../engine/training/run";
import { compareExecutors, parameterDistance } from "../testing/agreement";
import { coinSpec, coinTask } from "../testing/coinTask";
import { countCreations } from "../testing/countCreations";
import { testGpu } from "../testing/softwareDevice";
import { openDevice } from "./device/adapter";
import { createGpuExecutor, type GpuExecutor } from "./gpuExecutor";

const base = {
	model: { layers: 2, width: 16, heads: 2 },
	rollout: { prompts: 4, groupSize: 4, temperature: 0.8 },
	// Gradients that cancel are noise, and Adam would make steps of it: hence the large eps.
	optimizer: { learningRate: 1e-3, eps: 1e-3 },
};
function setUp(change: Record<string, unknown> = {}) {
	const asked = coinSpec({ ...base, ...change });
	const { spec, task } = change.task ? openSpec(asked) : { spec: asked, task: coinTask };
	const pool = promptPool(task, spec);
	const plan = planOf(spec, task, pool);
	const requests = new Requests(plan, pool);
	const batches = (first: number, count: number) =>
		Array.from({ length: count }, (_, k) => requests.training(first + k));
	return { spec, plan, pool, task, requests, batches };
}
const initial = (plan: TrainingPlan) =>
	freshState(toFloat32(initParameters(plan.model, 1)).map((v) => (v === 1 ? v : 5 * v)));

async function open(plan: TrainingPlan, split = true): Promise<GpuExecutor> {
	return begin(await createGpuExecutor(await openDevice(testGpu()), plan, { split }), plan);
}
const float64 = (plan: TrainingPlan) => begin(new CpuExecutor(plan, objectiveOf(plan)), plan);
function begin<E extends TrainingExecutor>(executor: E, plan: TrainingPlan): E {
	executor.upload(initial(plan));
	executor.freezeReference();
	return executor;
}

/** Largest relative difference of any number of a step; the counts must be the same. */
function gap(a: StepMetrics, b: StepMetrics): number {
	let worst = 0;
	for (const [name, value] of Object.entries(b)) {
		const got = a[name as keyof StepMetrics];
		if (typeof value !== "number") expect([name, got]).toEqual([name, value]);
		else worst = Math.max(worst, Math.abs(Number(got) - value) / (1 + Math.abs(value)));
	}
	return Object.keys(a).length >= Object.keys(b).length ? worst : Number.POSITIVE_INFINITY;
}

const CASES: Record<string, Record<string, unknown>> = {
	"two epochs of two minibatches, a reference and entropy": {
		epochs: 2,
		minibatches: 2,
		loss: { id: "ppo", params: { klCoef: 0.1, entropyCoef: 0.01 } },
	},
	"credit on the processor, from continuations that it samples": { method: { id: "vinePpo" } },
	"credit on the processor, from answers at budgets": {
		task: { id: "anytime" },
		method: { id: "brpo" },
		signals: { budgetAnswers: { answers: 3 } },
	},
	"credit on the processor, from what earlier batches earned": {
		method: { id: "reinforce", params: { center: "running" } },
	},
	"credit by states of the machine, looked up on the device": { task: { id: "keydoor" }, method: { id: "gigpo" } },
	"a tree of rollouts, and a value head beside the policy, clipped": {
		task: { id: "keydoor" },
		method: { id: "gae", params: { klCoef: 0.1 } },
		signals: { criticValues: { clip: 0.003 } },
		epochs: 2,
		model: { ...base.model, valueHead: true },
		rollout: { ...base.rollout, branching: 2, segment: 1 },
	},
};

describe("the executor on the GPU does what the float64 executor does", () => {
	it.each(Object.keys(CASES))("%s", { timeout: 300_000 }, async (name) => {
		const { plan, pool, task, batches } = setUp(CASES[name]);
		const [gpu, cpu] = [await open(plan), float64(plan)];
		expect(gpu.note === "").toBe(!name.startsWith("credit on the processor"));
		const agreement = await compareExecutors(gpu, cpu, plan.model, batches(1, 4));
		expect(agreement.differentTokens).toBe(0);
		expect(agreement.logProbs).toBeLessThanOrEqual(1e-4);
		expect(agreement.advantages).toBeLessThanOrEqual(1e-5);
		expect(agreement.parameters).toBeLessThanOrEqual(2e-5);
		for (const executor of [gpu, cpu]) {
			executor.rollout(batches(5, 1)[0]!);
			executor.train(5);
			executor.supervise(demonstrationBatch(plan, task, pool, 6, 2e-3));
		}
		const [told, want] = [await gpu.metrics(0), await cpu.metrics(0)];
		expect(told.length).toBe(2);
		for (const [i, metrics] of want.entries()) expect(gap(told[i]!, metrics)).toBeLessThanOrEqual(2e-5);
		const [p, q] = [await gpu.download(), await cpu.download()];
		expect(p.step).toBe(q.step);
		expect(p.memory).toEqual(q.memory);
		expect(p.memory !== undefined).toBe(name.endsWith("earlier batches earned"));
		expect(parameterDistance(plan.model, p.parameters, q.parameters)).toBeLessThanOrEqual(2e-5);
		gpu.dispose();
	});
});

describe("batches that are filled in rounds are those of the float64 executor", () => {
	const inRounds = { ...base.rollout, groupSize: 2, rounds: 5 };
	const cases: Record<string, Record<string, unknown>> = {
		"two minibatches and a reference": { minibatches: 2, loss: { id: "ppo", params: { klCoef: 0.1 } } },
		"prompts of several lengths, and credit that the device looks up by them": {
			task: { id: "anytime" },
			method: { id: "pure", params: { form: "min" } },
			signals: { declaredLabels: { reward: "signed" } },
		},
		"credit on the processor, and a tree": {
			task: { id: "keydoor" },
			method: { id: "vinePpo" },
			rollout: { ...inRounds, branching: 2, segment: 1 },
		},
	};
	it.each(Object.keys(cases))("%s", { timeout: 300_000 }, async (name) => {
		const { plan, requests } = setUp({ rollout: inRounds, ...cases[name] });
		const [gpu, cpu] = [await open(plan), float64(plan)];
		let rounds = 0;
		for (const step of [1, 2, 3]) {
			const [a, b] = await Promise.all(
				[gpu, cpu].map((executor) =>
					fillBatch(
						executor,
						(round) => requests.training(step, round),
						plan,
						async () => {},
					),
				),
			);
			expect(a).toEqual(b);
			rounds += a!.rounds;
			for (const executor of [gpu, cpu]) executor.train(step);
			const [told, want] = [await gpu.readRollouts(), await cpu.readRollouts()];
			expect(told.batch.promptTokens).toEqual(want.batch.promptTokens);
			expect(told.batch.tokens).toEqual(want.batch.tokens);
			expect(told.batch.returns).toEqual(want.batch.returns);
			const difference = told.credit.advantage.map((x, i) => Math.abs(x - want.credit.advantage[i]!));
			expect(Math.max(...difference)).toBeLessThanOrEqual(1e-5);
			expect(gap((await gpu.metrics(0))[0]!, (await cpu.metrics(0))[0]!)).toBeLessThanOrEqual(2e-5);
		}
		expect(rounds).toBeGreaterThan(3);
		const [p, q] = [await gpu.download(), await cpu.download()];
		expect(parameterDistance(plan.model, p.parameters, q.parameters)).toBeLessThanOrEqual(2e-5);
		gpu.dispose();
	});
});

it("the kernels for graphics cards do what the float64 executor does", { timeout: 400_000 }, async () => {
	const { plan, batches } = setUp({ loss: { id: "gspo", params: { klCoef: 0.1, entropyCoef: 0.01 } } });
	const opened = { ...(await openDevice(testGpu())), software: false };
	const [gpu, cpu] = [begin(await createGpuExecutor(opened, plan), plan), float64(plan)];
	const agreement = await compareExecutors(gpu, cpu, plan.model, batches(1, 3));
	expect(agreement.differentTokens).toBe(0);
	expect(agreement.loss).toBeLessThanOrEqual(2e-5);
	expect(agreement.gradientNorm).toBeLessThanOrEqual(1e-4);
	expect(agreement.parameters).toBeLessThanOrEqual(2e-5);
	for (const executor of [gpu, cpu]) {
		executor.rollout(batches(4, 1)[0]!);
		executor.train(4);
	}
	expect(gap((await gpu.metrics(0))[0]!, (await cpu.metrics(0))[0]!)).toBeLessThanOrEqual(2e-5);
	gpu.dispose();
});

describe("a plan on the GPU", () => {
	const { plan, batches, spec } = setUp();
	let gpu: GpuExecutor;
	let device: GPUDevice;
	beforeAll(async () => {
		const opened = await openDevice(testGpu(), ["subgroups", "timestamp-query"]);
		device = opened.device;
		gpu = await createGpuExecutor(opened, plan, { split: false });
	});
	afterAll(() => gpu.dispose());
	const train = async (steps: number) => {
		begin(gpu, plan);
		for (const [i, batch] of batches(1, steps).entries()) {
			gpu.rollout(batch);
			gpu.train(i + 1);
		}
		return { metrics: await gpu.metrics(0), state: await gpu.download() };
	};

	it("repeats itself bit for bit", async () => {
		const [first, second] = [await train(3), await train(3)];
		expect(second).toEqual(first);
	});

	it("takes one submit a rollout batch and one a step, in at most 12 + 14·layers dispatches and 4 for credit", async () => {
		const { layers } = plan.model;
		expect(gpu.counts.trainDispatches).toBeLessThanOrEqual(12 + 14 * layers);
		expect(gpu.counts.creditDispatches).toBeLessThanOrEqual(4);
		expect([gpu.counts.trainSubmits, gpu.counts.rolloutSubmits]).toEqual([1, 1]);
	});

	it("creates nothing when it runs, and submits what it says", async () => {
		await train(2);
		const counted = countCreations(device);
		for (let k = 3; k <= 6; k++) {
			gpu.rollout(batches(k, 1)[0]!);
			gpu.train(k);
			await gpu.metrics(1);
		}
		await gpu.metrics(0);
		const { submits, dispatches, writes, ...created } = counted.stop();
		expect(Object.values(created).reduce((a, b) => a + b, 0)).toBe(0);
		expect(submits).toBe(4 * (gpu.counts.trainSubmits + gpu.counts.rolloutSubmits));
		const { trainDispatches, creditDispatches, rolloutDispatches } = gpu.counts;
		expect(dispatches).toBe(4 * (trainDispatches + creditDispatches + rolloutDispatches));
		expect(writes).toBe(8);
	});

	it("can be profiled: every dispatch of a step is timed, and the step is like any other", async () => {
		const { state } = await train(1);
		begin(gpu, plan);
		gpu.rollout(batches(1, 1)[0]!);
		const times = await gpu.profile();
		const { trainDispatches, creditDispatches } = gpu.counts;
		expect(times.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(trainDispatches + creditDispatches);
		expect(times.every(({ ms }) => ms >= 0 && ms <= 60_000)).toBe(true);
		expect(times[0]!.ms).toBeGreaterThanOrEqual(times.at(-1)!.ms);
		expect(await gpu.download()).toEqual(state);
	});

	it("gives the same bits in several submits", async () => {
		const whole = await train(2);
		const large = setUp({ rollout: { ...base.rollout, prompts: 4 } });
		const opened = await openDevice(testGpu());
		const split = await createGpuExecutor(opened, large.plan, { split: true, mostDispatches: 7 });
		expect(split.counts.trainSubmits).toBe(Math.ceil((gpu.counts.trainDispatches + gpu.counts.creditDispatches) / 7));
		begin(split, plan);
		for (const [i, batch] of batches(1, 2).entries()) {
			split.rollout(batch);
			split.train(i + 1);
		}
		expect(await split.metrics(0)).toEqual(whole.metrics);
		expect(await split.download()).toEqual(whole.state);
		expect(split.label.plan).not.toBe(gpu.label.plan);
		split.dispose();
	});

	it("reads what was true when it was asked", async () => {
		begin(gpu, plan);
		const before = gpu.download();
		gpu.rollout(batches(1, 1)[0]!);
		gpu.train(1);
		const rollouts = gpu.readRollouts();
		const outcomes = gpu.readOutcomes();
		gpu.rollout(batches(2, 1)[0]!);
		gpu.train(2);
		expect((await before).parameters).toEqual(initial(plan).parameters);
		const { batch, credit } = await rollouts;
		expect((await outcomes).returns).toEqual(batch.returns);
		const later = await gpu.readRollouts();
		expect(later.batch.tokens).not.toEqual(batch.tokens);
		const want = objectiveOf(plan).credit(batch);
		expect(Math.max(...credit.advantage.map((a, i) => Math.abs(a - want.advantage[i]!)))).toBeLessThanOrEqual(1e-6);
		expect({ ...credit, advantage: null, terms: null }).toEqual({ ...want, advantage: null, terms: null });
	});

	it("says that numbers are not finite, and changes nothing then", async () => {
		// Steps of the tests before this one were not asked about.
		await gpu.metrics(0);
		const broken = initial(plan);
		const { offset } = parameterLayout(plan.model).tensors.find(({ name }) => name === "transformer.ln_f.weight")!;
		broken.parameters[offset] = Number.NaN;
		gpu.upload(broken);
		gpu.rollout(batches(1, 1)[0]!);
		gpu.train(1);
		const [metrics] = await gpu.metrics(0);
		expect([metrics!.finite, metrics!.stage]).toEqual([false, "loss"]);
		const after = await gpu.download();
		expect(after.parameters).toEqual(broken.parameters);
		expect(after.step).toBe(0);
	});

	it("goes on from the last checkpoint when the device is lost, to the same bits", async () => {
		const devices: GPUDevice[] = [];
		const run = async (loseAt: number) => {
			const events: RunEvent[] = [];
			const outcome = await new Run({
				spec: { ...spec, steps: 6 },
				task: coinTask,
				host: { now: () => performance.now(), breathe: () => setImmediate() },
				async createExecutor(of) {
					const opened = await openDevice(testGpu());
					devices.push(opened.device);
					return createGpuExecutor(opened, of);
				},
				onEvent(event) {
					events.push(event);
					if (event.type === "step" && event.metrics.step === loseAt && devices.length === 1) devices[0]!.destroy();
				},
			}).execute();
			return { outcome, events };
		};
		const lost = await run(3);
		expect(devices.length).toBe(2);
		expect(lost.outcome.reason).toBe("done");
		expect(lost.events.filter((e) => e.type === "step").map((e) => e.metrics.step)).toEqual([1, 2, 3, 4, 5, 6]);
		expect(lost.events.some((e) => e.type === "phase" && e.note.includes("device was lost"))).toBe(true);
		const whole = await run(0);
		expect(lost.outcome.checkpoint!.state).toEqual(whole.outcome.checkpoint!.state);
	});
});
