import { describe, expect, it } from "vitest";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { findPreset } from "../engine/spec/presets";
import { openSpec } from "../engine/spec/registries";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import { objectiveOf } from "../engine/training/objective";
import { planOf } from "../engine/training/plan";
import { promptPool } from "../engine/training/prompts";
import { Requests } from "../engine/training/requests";
import { compareExecutors } from "../testing/agreement";
import { randomState } from "./testingPlan";
import { createWasmExecutor } from "./wasmExecutor";

const keydoor = findPreset("keydoor@1").spec;
const base: ExperimentSpec = {
	...keydoor,
	task: { id: "keydoor", params: { distractors: 3 } },
	model: { ...keydoor.model, width: 16, heads: 2 },
	rollout: { ...keydoor.rollout, prompts: 3, groupSize: 8 },
};

async function agreement(change: Partial<ExperimentSpec>, threads = 1) {
	const { spec, task } = openSpec({ ...base, ...change });
	const pool = promptPool(task, spec);
	const plan = planOf(spec, task, pool);
	const wasm = await createWasmExecutor(plan, { threads });
	const cpu = new CpuExecutor(plan, objectiveOf(plan));
	for (const executor of [wasm, cpu]) {
		executor.upload(randomState(plan));
		executor.freezeReference();
	}
	const requests = new Requests(plan, pool);
	const found = await compareExecutors(
		wasm,
		cpu,
		plan.model,
		[1, 2].map((step) => requests.training(step)),
	);
	const { batch, credit } = await wasm.readRollouts();
	wasm.dispose();
	return { ...found, batch, credit };
}

describe("signals in WebAssembly are those of the float64 executor", () => {
	it.each([
		["values by branching", { method: { id: "vinePpo", params: {} } }],
		[
			"values by branching at another temperature",
			{ method: { id: "vinePpo", params: {} }, signals: { branchedValues: { temperature: 0.4 } } },
		],
		["greedy rollouts", { method: { id: "remax", params: {} } }],
		[
			"answers at budgets",
			{
				task: { id: "anytime", params: {} },
				method: { id: "brpo", params: {} },
				signals: { budgetAnswers: { answers: 3 } },
			},
		],
		["attention", { method: { id: "attentionCredit", params: {} } }],
		[
			"labels of the task's judge",
			{
				task: { id: "box", params: { side: 4, goal: 5, actions: 4 } },
				method: { id: "pure", params: { form: "sum" } },
			},
		],
		["what earlier batches earned", { method: { id: "reinforce", params: { center: "running" } } }],
		[
			"a critic beside the policy, clipped",
			{
				method: { id: "gae", params: {} },
				model: { ...base.model, valueHead: true },
				signals: { criticValues: { clip: 0.003 } },
				epochs: 2,
			},
		],
		[
			"rollouts of a tree",
			{ method: { id: "spoTree", params: {} }, rollout: { ...base.rollout, branching: 2, segment: 2 } },
		],
	] as const)("%s", async (_, change) => {
		const { differentTokens, advantages, loss, gradientNorm, batch, credit } = await agreement(change);
		expect(differentTokens).toBe(0);
		expect(advantages).toBeLessThanOrEqual(1e-4);
		expect(loss).toBeLessThanOrEqual(1e-4);
		expect(gradientNorm).toBeLessThanOrEqual(1e-4);
		expect(credit.advantage.some((a) => a !== 0 && !Number.isNaN(a))).toBe(true);
		if (credit.method === "brpo") expect(credit.cost.extraTokens).toBeGreaterThan(0);
		if (credit.method === "vinePpo") expect(credit.cost.extraTokens).toBeGreaterThan(batch.lengths.length);
	});

	it("whatever the number of threads", async () => {
		const change = { method: { id: "vinePpo", params: {} } };
		const [one, two] = [await agreement(change), await agreement(change, 2)];
		expect(two.credit.advantage).toEqual(one.credit.advantage);
		expect(two.credit.cost).toEqual(one.credit.cost);
	});
});
