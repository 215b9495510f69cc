import { describe, expect, it } from "vitest";
import { bothWays, TURN_TASKS } from "../../testing/turnTasks";
import { initParameters, toFloat32 } from "../model/parameters";
import { freshState } from "./checkpoint";
import { CpuExecutor } from "./cpuExecutor";
import { demonstrationBatch } from "./demonstrations";
import { objectiveOf } from "./objective";

type Play = ReturnType<typeof bothWays>["table"];

async function trained({ plan, task, pool, requests }: Play) {
	const executor = new CpuExecutor(plan, objectiveOf(plan));
	executor.upload(freshState(toFloat32(initParameters(plan.model, 3))));
	executor.supervise(demonstrationBatch(plan, task, pool, 1, 1e-3));
	const batches = [];
	for (const step of [1, 2, 3]) {
		executor.rollout(requests.training(step));
		executor.train(step);
		batches.push(await executor.readRollouts());
	}
	return { batches, parameters: (await executor.download()).parameters };
}

describe("rollouts turn by turn", () => {
	it.each(TURN_TASKS)("are those of the table: $id", async (task) => {
		const { table, turns } = bothWays(task);
		expect([table.plan.turns === undefined, turns.plan.turns === undefined]).toEqual([true, false]);
		const [a, b] = [await trained(table), await trained(turns)];
		expect(b.batches).toEqual(a.batches);
		expect(b.parameters).toEqual(a.parameters);
	});

	it("visit few states, and say so where there are too many", () => {
		const { turns } = bothWays(TURN_TASKS[0]);
		const { plan, requests } = turns;
		const executor = new CpuExecutor(plan, objectiveOf(plan));
		executor.rollout(requests.training(1));
		const { table, env, items } = plan.turns ?? expect.fail();
		expect(table.size).toBeGreaterThan(16);
		expect(table.size).toBeLessThan(400);
		let count = 0;
		const endless = { ...env, key: () => `${count++}` };
		const full = new (table.constructor as new (e: typeof env, v: number, s: number) => typeof table)(
			endless,
			60_000,
			1,
		);
		expect(() => {
			for (let i = 0; i < 1000; i++) full.enter(env.start(items[0]!));
		}).toThrow(/visit more than 93 states/);
	});
});
