import { expect, it } from "vitest";
import { initParameters, toFloat32 } from "../engine/model/parameters";
import { freshState } from "../engine/training/checkpoint";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import { fillBatch } from "../engine/training/dynamicSampling";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { objectiveOf } from "../engine/training/objective";
import { bothWays, TURN_TASKS } from "../testing/turnTasks";
import { createWasmExecutor } from "./wasmExecutor";

type Play = ReturnType<typeof bothWays>["table"];

const inRounds = (plan: TrainingPlan) => ({ ...plan, groupSize: 2, sampling: { ...plan.sampling, rounds: 4 } });

/** Three steps that fill their batches. */
async function trained(executor: TrainingExecutor, { plan, requests }: Play) {
	executor.upload(freshState(toFloat32(initParameters(plan.model, 3))));
	const steps = [];
	for (const step of [1, 2, 3]) {
		const request = (round: number) => requests.training(step, round);
		const filling = await fillBatch(executor, request, inRounds(plan), async () => {});
		executor.train(step);
		const [metrics] = await executor.metrics(0);
		steps.push({ filling, metrics: metrics!, batch: (await executor.readRollouts()).batch });
	}
	const { parameters } = await executor.download();
	executor.dispose();
	return { steps, parameters };
}

it("rounds fill the batches of the float64 executor", async () => {
	const { table } = bothWays(TURN_TASKS[0]);
	const plan = inRounds(table.plan);
	const wasm = await trained(await createWasmExecutor(plan), table);
	const cpu = await trained(new CpuExecutor(plan, objectiveOf(plan)), table);
	expect(wasm.steps.map(({ filling }) => filling)).toEqual(cpu.steps.map(({ filling }) => filling));
	expect(cpu.steps.some(({ filling }) => filling.rounds > 1)).toBe(true);
	for (const [i, { batch, metrics }] of cpu.steps.entries()) {
		expect(wasm.steps[i]!.batch.tokens).toEqual(batch.tokens);
		expect(wasm.steps[i]!.batch.promptTokens).toEqual(batch.promptTokens);
		expect(wasm.steps[i]!.batch.returns).toEqual(batch.returns);
		expect(Math.abs(wasm.steps[i]!.metrics.loss - metrics.loss)).toBeLessThanOrEqual(1e-5);
		expect(wasm.steps[i]!.metrics.tokens).toBe(metrics.tokens);
	}
});

it("rounds have the same bits with two threads, and in turns", async () => {
	const { table, turns } = bothWays(TURN_TASKS[0]);
	const one = await trained(await createWasmExecutor(inRounds(table.plan)), table);
	for (const [play, threads] of [
		[table, 2],
		[turns, 1],
	] as const)
		expect(await trained(await createWasmExecutor(inRounds(play.plan), { threads }), play)).toEqual(one);
});
