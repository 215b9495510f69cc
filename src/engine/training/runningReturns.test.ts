import { describe, expect, it } from "vitest";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { same } from "../../testing/near";
import { initParameters, toFloat32 } from "../model/parameters";
import { type Checkpoint, freshState } from "./checkpoint";
import { CpuExecutor } from "./cpuExecutor";
import { objectiveOf } from "./objective";
import { planOf } from "./plan";
import { promptPool } from "./prompts";
import { Requests } from "./requests";
import { Run } from "./run";
import { readRunFile, writeRunFile } from "./runFile";

const experiment = (change: Record<string, unknown> = {}) =>
	coinSpec({
		method: { id: "reinforce", params: { center: "running" } },
		loss: { id: "reinforce" },
		signals: { runningReturns: { decay: 0.75 } },
		optimizer: { learningRate: 0.02 },
		...change,
	});

/** Runs to the end; fingerprints by step, and the last checkpoint. */
async function run(change: Record<string, unknown> = {}, from?: Checkpoint) {
	const fingerprints: Record<number, string> = {};
	const { reason, checkpoint } = await new Run({
		spec: experiment(change),
		task: coinTask,
		createExecutor: async (plan) => new CpuExecutor(plan, objectiveOf(plan)),
		onEvent: (event) => {
			if (event.type === "fingerprint") fingerprints[event.step] = event.fingerprint;
		},
		host: { now: () => 0, breathe: async () => {} },
		...(from ? { from } : {}),
	}).execute();
	expect(reason).toBe("done");
	return { fingerprints, checkpoint: checkpoint! };
}

/** What a run file makes of a checkpoint. */
function filed(checkpoint: Checkpoint): Checkpoint {
	const spec = experiment();
	const { model } = planOf(spec, coinTask);
	const empty = { label: null, fingerprints: [], events: [], rollouts: "", credit: "" };
	return readRunFile(writeRunFile({ spec, model, ...empty, checkpoint }), "run.zip").checkpoint!;
}

describe("a baseline of what earlier batches earned", () => {
	it("is 0, then the first mean, then an average that takes a batch in after its use", async () => {
		const spec = experiment();
		const pool = promptPool(coinTask, spec);
		const plan = planOf(spec, coinTask, pool);
		const requests = new Requests(plan, pool);
		const executor = new CpuExecutor(plan, objectiveOf(plan));
		executor.upload(freshState(toFloat32(initParameters(plan.model, 1))));
		expect(await executor.download()).not.toHaveProperty("memory");
		const seen: { baseline: number; mean: number }[] = [];
		for (const step of [1, 2, 3, 4]) {
			// What is sampled and not trained on is not remembered.
			executor.rollout(requests.evaluation(step)[0]!.request);
			executor.rollout(requests.training(step));
			executor.train(step);
			const { batch, credit } = await executor.readRollouts();
			const baseline = batch.signals.runningReturn!.data[0]!;
			same(
				[...credit.advantage].filter((_, i) => i % 2 === 0),
				[...batch.returns].map((r) => r - baseline),
			);
			seen.push({ baseline, mean: (await executor.metrics(0))[0]!.meanReturn });
		}
		const [first, second, third] = seen.map(({ mean }) => mean) as [number, number, number];
		expect(new Set([first, second, third]).size).toBeGreaterThan(1);
		const after = 0.75 * first + 0.25 * second;
		same(
			seen.map(({ baseline }) => baseline),
			[0, first, after, 0.75 * after + 0.25 * third],
		);
	});

	it("goes on from a run file as if nothing had happened", async () => {
		const whole = await run();
		const half = await run({ steps: 3 });
		const rest = await run({}, filed(half.checkpoint));
		expect(whole.fingerprints).toMatchObject(rest.fingerprints);
		expect(rest.fingerprints[10]).toBe(whole.fingerprints[10]);
		const { memory: _, ...forgetful } = half.checkpoint.state;
		const other = await run({}, { ...half.checkpoint, state: forgetful });
		expect(other.fingerprints[10]).not.toBe(whole.fingerprints[10]);
	});
});
