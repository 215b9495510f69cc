import { expect, it } from "vitest";
import { initParameters, toFloat32 } from "../engine/model/parameters";
import { freshState } from "../engine/training/checkpoint";
import { demonstrationBatch } from "../engine/training/demonstrations";
import { bothWays, TURN_TASKS } from "../testing/turnTasks";
import { createWasmExecutor } from "./wasmExecutor";

type Play = ReturnType<typeof bothWays>["table"];

async function trained({ plan, task, pool, requests }: Play, threads: number) {
	const executor = await createWasmExecutor(plan, { threads });
	executor.upload(freshState(toFloat32(initParameters(plan.model, 3))));
	executor.supervise(demonstrationBatch(plan, task, pool, 1, 1e-3));
	const batches = [];
	for (const step of [1, 2, 3]) {
		executor.rollout(requests.training(step));
		executor.train(step);
		batches.push((await executor.readRollouts()).batch);
	}
	const { parameters } = await executor.download();
	executor.dispose();
	return { batches, parameters };
}

it.each(TURN_TASKS)("a task in turns has the rollouts and the bits of its table: $id", async (task) => {
	const { table, turns } = bothWays(task);
	const a = await trained(table, 1);
	for (const threads of [1, 2]) {
		const b = await trained(turns, threads);
		expect(b.batches).toEqual(a.batches);
		expect(b.parameters).toEqual(a.parameters);
	}
});

it("knows the values of tokens that the environment wrote", async () => {
	const { table, turns } = bothWays(TURN_TASKS[0], true);
	const [a, b] = [await trained(table, 1), await trained(turns, 1)];
	expect(b.batches.map((batch) => batch.values)).toEqual(a.batches.map((batch) => batch.values));
});
