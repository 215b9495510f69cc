import { expect, it } from "vitest";
import { initParameters, toFloat32 } from "../model/parameters";
import type { ExperimentSpec } from "../spec/experiment";
import { PRESETS } from "../spec/presets";
import { openSpec } from "../spec/registries";
import { freshState } from "./checkpoint";
import { CpuExecutor } from "./cpuExecutor";
import { demonstrationBatch } from "./demonstrations";
import { objectiveOf } from "./objective";
import { planOf } from "./plan";
import { promptPool } from "./prompts";
import { Requests } from "./requests";

/** The preset's experiment with a policy and batches small enough for a test. */
function shrunk({ spec }: { spec: ExperimentSpec }): ExperimentSpec {
	return {
		...spec,
		model: { ...spec.model, layers: 1, width: 16, heads: 2 },
		rollout: { ...spec.rollout, prompts: 4, groupSize: 8 },
	};
}

/** Presets that are named after the method they train. */
const homes = PRESETS.filter(({ id, spec }) => id.startsWith(`${spec.method.id}@`));

it.each(homes.map((preset) => [preset.id, shrunk(preset)] as const))(
	"%s trains its method on its home task, credit computed inside the loop",
	async (_, given) => {
		const { spec, task } = openSpec(given);
		const pool = promptPool(task, spec);
		const plan = planOf(spec, task, pool);
		const executor = new CpuExecutor(plan, objectiveOf(plan));
		executor.upload(freshState(toFloat32(initParameters(plan.model, 2).map((v) => (v === 1 ? 1 : 2 * v)))));
		// Enough of the demonstrations that some rollouts succeed: without any there is nothing to credit.
		if (spec.warmStart) for (let k = 1; k <= 80; k++) executor.supervise(demonstrationBatch(plan, task, pool, k, 0.01));
		await executor.metrics(0);
		const before = (await executor.download()).parameters;
		const requests = new Requests(plan, pool);
		for (const step of [1, 2]) {
			executor.rollout(requests.training(step));
			executor.train(step);
		}
		const metrics = await executor.metrics(0);
		expect(metrics.every(({ finite, tokens }) => finite && tokens > 0)).toBe(true);
		expect((await executor.download()).parameters).not.toEqual(before);
		const { batch, credit } = await executor.readRollouts();
		expect(credit.method).toBe(spec.method.id);
		expect(credit.advantage.some((a) => a !== 0 && Number.isFinite(a))).toBe(true);
		if (spec.signals?.branchedValues) expect(metrics[1]!.extraTokens).toBe(credit.cost.extraTokens);
		if (spec.model.valueHead) expect(metrics[0]!.valueLoss).toBeGreaterThan(0);
		if ((spec.rollout.branching ?? 1) > 1)
			expect(metrics[0]!.tokens).toBeLessThan(batch.actionMask.reduce((a, m) => a + m, 0));
	},
);

it("a value head comes to predict what follows", async () => {
	const preset = PRESETS.find(({ spec }) => spec.method.id === "gae")!;
	const { spec, task } = openSpec({ ...shrunk(preset), task: { id: "keychain", params: { steps: 3, sigma: 0 } } });
	const pool = promptPool(task, spec);
	const plan = { ...planOf(spec, task, pool), optimizer: { ...spec.optimizer, learningRate: 0.01 } };
	const executor = new CpuExecutor(plan, objectiveOf(plan));
	executor.upload(freshState(toFloat32(initParameters(plan.model, 2))));
	const requests = new Requests(plan, pool);
	for (let step = 1; step <= 60; step++) {
		executor.rollout(requests.training(step));
		executor.train(step);
	}
	const losses = (await executor.metrics(0)).map(({ valueLoss }) => valueLoss!);
	expect(losses[0]).toBeGreaterThan(0.05);
	expect(losses.at(-1)).toBeLessThanOrEqual(0.1 * losses[0]!);
});
