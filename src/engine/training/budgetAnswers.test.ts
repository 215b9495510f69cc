import { describe, expect, it } from "vitest";
import { initParameters, toFloat32 } from "../model/parameters";
import { modelPolicy } from "../oracle/modelPolicy";

import { planNeed } from "../signals/planner";
import { budgetAnswers } from "../signals/providers/budgetAnswers";
import { responseOf, taskSource } from "../signals/taskSource";
import type { ExperimentSpec } from "../spec/experiment";
import { findPreset } from "../spec/presets";
import { openSpec } from "../spec/registries";
import { play, possibleTokens } from "../tasks/walk";
import { availableInTraining } from "./available";
import { freshState } from "./checkpoint";
import { CpuExecutor } from "./cpuExecutor";
import { objectiveOf, signalsOf } from "./objective";
import { planOf } from "./plan";
import { promptPool } from "./prompts";
import { Requests } from "./requests";

const base = findPreset("anytime").spec;
const ANSWERS = 600;
const small: ExperimentSpec = {
	...base,
	model: { ...base.model, layers: 1, width: 8, heads: 2 },
	rollout: { ...base.rollout, prompts: 2, groupSize: 4 },
	method: { id: "brpo", params: {} },
	signals: { budgetAnswers: { every: 2, answers: ANSWERS } },
};

async function credited(params: Readonly<Record<string, unknown>>, reward?: string) {
	const opened = openSpec({ ...small, task: { id: "anytime", params, ...(reward ? { reward } : {}) } });
	const pool = promptPool(opened.task, opened.spec);
	const plan = planOf(opened.spec, opened.task, pool);
	const executor = new CpuExecutor(plan, objectiveOf(plan));
	const parameters = toFloat32(initParameters(plan.model, 3).map((v) => 4 * v));
	executor.upload(freshState(parameters));
	executor.rollout(new Requests(plan, pool).training(1));
	const policy = modelPolicy(plan.model, Float64Array.from(parameters), plan.sampling.temperature);
	return { ...opened, pool, plan, policy, ...(await executor.readRollouts()) };
}

/** Exact mean and variance of what a rollout is paid whose thought is cut before token `at`. */
async function exactScore({ task, pool, batch, policy }: Awaited<ReturnType<typeof credited>>, b: number, at: number) {
	const prompt = [...batch.promptTokens.subarray(batch.promptOffsets[b]!, batch.promptOffsets[b + 1]!)].join();
	const item = pool.train.find((candidate) => candidate.prompt.join() === prompt)!;
	const response = responseOf(batch, b).slice(0, at);
	const { states, rewards } = play(task.env, item, response);
	let state: unknown = states.at(-1);
	let paid = rewards.reduce((a, r) => a + r, 0);
	for (let token = task.env.conclude!(state); token !== null; token = task.env.conclude!(state)) {
		response.push(token);
		const { state: next, reward } = task.env.step(state, token);
		state = next;
		paid += reward;
	}
	const turn = task.env.turn(state);
	if (turn.actor !== "policy") throw new Error("The answer is the policy's.");
	const [logProbs] = await policy.logProbs([{ item, response, legal: turn.legal, key: task.env.key(state) }]);
	const outcomes = turn.legal.map((token) => ({
		p: Math.exp(logProbs![token]!),
		score: paid + task.env.step(state, token).reward,
	}));
	const mean = outcomes.reduce((sum, { p, score }) => sum + p * score, 0);
	return { mean, variance: outcomes.reduce((sum, { p, score }) => sum + p * (score - mean) ** 2, 0) };
}

describe("answers at budgets", () => {
	it.each([
		["a price of thoughts", { price: 0.05 }, undefined],
		["a lottery, where the environment may go on or ask", { pay: "lottery" }, undefined],
		["a reward of one's own for every token", { price: 0 }, "r + 0.125 * policy"],
	] as const)("have as their mean score what a cut thought earns in the mean: %s", async (_, params, reward) => {
		const seen = await credited(params, reward);
		const { batch } = seen;
		const { offsets, start, reward: scores } = batch.steps!;
		let points = 0;
		for (let b = 0; b < batch.B; b++)
			for (let s = offsets[b]!; s + 1 < offsets[b + 1]!; s++, points++) {
				const { mean, variance } = await exactScore(seen, b, start[s + 1]!);
				// Four standard errors.
				expect(Math.abs(scores![s]! - mean)).toBeLessThanOrEqual(4 * Math.sqrt(variance / ANSWERS) + 1e-6);
			}
		expect(points).toBeGreaterThanOrEqual(3);
		// An answer is one token here; its question is asked, not drawn.
		expect(seen.credit.cost).toEqual({ extraTokens: points * ANSWERS, modelCalls: points * ANSWERS });
	});

	it("end pieces of two thoughts; the last has the rest, the answer and the rollout's own return", async () => {
		const { batch, credit } = await credited({ price: 0.05 });
		const { offsets, start, end, reward } = batch.steps!;
		for (let b = 0; b < batch.B; b++) {
			const n = batch.lengths[b]!;
			const starts = [...start.subarray(offsets[b]!, offsets[b + 1]!)];
			// The answer and `answer:` before it are no thoughts, nor may a budget lie at the very limit.
			const thoughts = n - 2;
			expect(starts).toEqual([0, 2, 4].filter((t) => t < thoughts));
			expect([...end.subarray(offsets[b]!, offsets[b + 1]!)]).toEqual([...starts.slice(1), n]);
			expect(reward![offsets[b + 1]! - 1]).toBe(batch.returns[b]);
			for (let t = 0; t < n; t++)
				expect(Number.isFinite(credit.advantage[b * batch.T + t]) && batch.actionMask[b * batch.T + t] === 1).toBe(
					t !== n - 2,
				);
		}
	});

	it("are asked for by tokens that the task allows, from wherever a thought may be", () => {
		for (const pay of ["price", "lottery", "budget"]) {
			const { task } = openSpec({ ...small, task: { id: "anytime", params: { pay } } });
			const { env } = task;
			const open: unknown[] = [env.start(task.item("train", 3))];
			const seen = new Set<string>();
			for (let state = open.pop(); state !== undefined; state = open.pop()) {
				if (seen.has(env.key(state))) continue;
				seen.add(env.key(state));
				for (const token of possibleTokens(env.turn(state))) open.push(env.step(state, token).state);
				let at: unknown = state;
				for (let token = env.conclude!(at); token !== null; token = env.conclude!(at)) {
					expect(possibleTokens(env.turn(at))).toContain(token);
					at = env.step(at, token).state;
				}
				// An answer pays at once.
				for (const token of possibleTokens(env.turn(at)))
					expect(env.turn(env.step(at, token).state).actor).toBe("done");
			}
			expect(seen.size).toBeGreaterThan(10);
		}
	});

	it("are not to be had where a task cannot be answered early, which is said in one sentence", () => {
		const { task, spec } = openSpec({ ...small, task: { id: "box", params: {} } });
		const available = availableInTraining({ valueHead: false, reference: false }, taskSource(task, []));
		const { lack } = planNeed({ stepField: "reward", of: "steps" }, available, [budgetAnswers], spec.signals);
		expect(lack).toBe("Missing: rewards of steps, which a task that can be answered early (anytime) would provide.");
		// BRPO then reads the labels of the task's own steps.
		expect(signalsOf(planOf(spec, task)).map(({ provider }) => provider.id)).toEqual([
			"declaredSteps",
			"declaredLabels",
		]);
	});
});
