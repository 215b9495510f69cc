import { describe, expect, it, test } from "vitest";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { FakeExecutor } from "../../testing/fakeExecutor";
import { bothWays, TURN_TASKS } from "../../testing/turnTasks";
import { STREAMS } from "../core/rng";
import { initParameters, toFloat32 } from "../model/parameters";
import type { Checkpoint } from "./checkpoint";
import { freshState } from "./checkpoint";
import { CpuExecutor } from "./cpuExecutor";
import { fillBatch, groupsThatStay } from "./dynamicSampling";
import type { RunEvent } from "./events";
import type { RolloutRequest, StepMetrics, TrainingExecutor, TrainingPlan } from "./executor";
import { objectiveOf } from "./objective";
import { planOf } from "./plan";
import { promptPool } from "./prompts";
import { Requests } from "./requests";
import { Run } from "./run";
import { deadShare } from "./stepMetrics";

describe("the groups that stay", () => {
	// Six groups of three: 0 and 2 and 5 are all alike, 1, 3 and 4 differ.
	const returns = Float64Array.of(0, 0, 0, 1, 0, 0, 1, 1, 1, 0.5, 0.5, 0, 0, 1, 0, -1, -1, -1);
	it.each([
		["those that differ, in order", 6, false, [1, 3, 4]],
		["no more than there are places", 2, false, [1, 3]],
		["in the last round equal ones behind them, so that no place is left", 5, true, [1, 3, 4, 0, 2]],
		["in the last round those that differ first", 2, true, [1, 3]],
	])("%s", (_, places, isLast, expected) => {
		expect(groupsThatStay({ returns }, 3, places, isLast)).toEqual(expected);
	});
	it("those that more than rounding tells apart: the same rewards in another order are no contrast", () => {
		const sums = Float64Array.of(0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1, 1, 1 + 1e-5);
		expect(sums[0]).not.toBe(sums[1]);
		expect(groupsThatStay({ returns: sums }, 2, 2, false)).toEqual([1]);
		expect(deadShare(sums, 2)).toBe(0.5);
	});
});

/** Rounds of four groups, each told by the numbers of its groups that differ, and one token the first, two the second and so on. */
async function filled(rounds: readonly (readonly number[])[], most: number) {
	const kept: number[][] = [];
	const requested: number[] = [];
	const filling = await fillBatch(
		{
			rollout: ({ step }) => void requested.push(step),
			readGroups: async () => {
				const differ = rounds[requested.length - 1]!;
				const returns = Float64Array.from({ length: 8 }, (_, b) => (b % 2 && differ.includes((b - 1) / 2) ? 1 : 0));
				return { returns, tokens: Float64Array.of(1, 2, 3, 4) };
			},
			keep: (groups) => void kept.push([...groups]),
		},
		(round) => ({ step: round }) as RolloutRequest,
		{ prompts: 4, groupSize: 2, sampling: { temperature: 1, topK: 0, topP: 1, rounds: most } },
		async () => {},
	);
	return { ...filling, kept, requested };
}

describe("filling a batch", () => {
	it("takes a first batch without dead groups as it is", async () =>
		expect(await filled([[0, 1, 2, 3]], 5)).toEqual({
			rounds: 1,
			groups: 4,
			discardedTokens: 0,
			kept: [],
			requested: [0],
		}));

	it("goes on until it is full, and counts the tokens of groups that are left out", async () =>
		// Left out: groups 0, 2, 3 of 1 + 3 + 4 tokens; all of 10; group 0 of 1. One place less than there are groups that differ.
		expect(await filled([[1], [], [1, 2, 3]], 5)).toEqual({
			rounds: 3,
			groups: 12,
			discardedTokens: 8 + 10 + 1,
			kept: [[1], [], [1, 2, 3]],
			requested: [0, 1, 2],
		}));

	it("leaves out groups beyond the batch", async () =>
		expect(
			await filled(
				[
					[0, 1, 3],
					[0, 2],
				],
				5,
			),
		).toMatchObject({ kept: [[0, 1, 3], [0]], discardedTokens: 3 + 9 }));

	it("uses what there is when the rounds run out", async () =>
		expect(await filled([[2], [3]], 2)).toMatchObject({ kept: [[2], [3, 0, 1]], rounds: 2, discardedTokens: 7 + 3 }));
});

/** A plan that samples in rounds, and the requests of its steps. */
function rounds(change: Record<string, unknown> = {}, most = 6) {
	const spec = coinSpec({ rollout: { prompts: 4, groupSize: 2, rounds: most }, ...change });
	const pool = promptPool(coinTask, spec);
	const plan = planOf(spec, coinTask, pool);
	return { spec, plan, requests: new Requests(plan, pool) };
}

function opened<E extends TrainingExecutor>(executor: E, plan: TrainingPlan): E {
	executor.upload(freshState(toFloat32(initParameters(plan.model, 3))));
	return executor;
}

describe("on an executor", () => {
	const { plan, requests } = rounds();
	const request = (round: number) => requests.training(2, round);
	const proceed = async () => {};

	it("a batch holds the rollouts of the groups that stayed, with their prompts", async () => {
		const executor = opened(new CpuExecutor(plan, objectiveOf(plan)), plan);
		const filling = await fillBatch(executor, request, plan, proceed);
		expect(filling.rounds).toBeGreaterThan(1);
		executor.train(2);
		const { batch } = await executor.readRollouts();
		// The same batches, sampled one by one and looked through by hand.
		const expected: (readonly number[])[] = [];
		let tokens = 0;
		for (let round = 0; round < filling.rounds; round++) {
			executor.rollout({ ...request(round), goesOn: false });
			const { batch: each } = await executor.readRollouts();
			tokens += each.actionMask.reduce((a, m) => a + m, 0);
			for (let g = 0; g < 4; g++)
				if (each.returns[2 * g] !== each.returns[2 * g + 1])
					expected.push([...each.promptTokens.slice(2 * g, 2 * g + 2), ...each.tokens.slice(4 * g, 4 * g + 4)]);
		}
		const got = [0, 1, 2, 3].map((g) => [
			...batch.promptTokens.slice(2 * g, 2 * g + 2),
			...batch.tokens.slice(4 * g, 4 * g + 4),
		]);
		expect(got).toEqual(expected.slice(0, 4));
		const [metrics] = await executor.metrics(0);
		expect(metrics!.deadGroups).toBe(0);
		expect(metrics!.tokens + filling.discardedTokens).toBe(tokens);
	});

	it.each(TURN_TASKS)("a task in turns keeps the states of earlier rounds: $id", async (task) => {
		const { table, turns } = bothWays(task);
		const trained = async ({ plan: given, requests: own }: typeof table) => {
			const inRounds = { ...given, groupSize: 2, sampling: { ...given.sampling, rounds: 3 } };
			const executor = opened(new CpuExecutor(inRounds, objectiveOf(inRounds)), inRounds);
			const steps = [];
			for (const step of [1, 2, 3, 4]) {
				const filling = await fillBatch(executor, (round) => own.training(step, round), inRounds, proceed);
				executor.train(step);
				steps.push({ filling, ...(await executor.readRollouts()) });
			}
			return { steps, parameters: (await executor.download()).parameters };
		};
		const [a, b] = [await trained(table), await trained(turns)];
		expect(a.steps.some(({ filling }) => filling.rounds > 1)).toBe(true);
		expect(b).toEqual(a);
	});
});

test("rounds draw prompts and random keys of their own, and the first is what it is without rounds", () => {
	const { requests } = rounds();
	const { requests: plain } = rounds({}, 1);
	expect(requests.training(3, 0)).toEqual(plain.training(3));
	const all = [0, 1, 2, 3].map((round) => requests.training(3, round));
	expect(new Set(all.map(({ promptTokens }) => promptTokens.join())).size).toBeGreaterThan(1);
	expect(all.map(({ stream, goesOn = false }) => [stream, goesOn])).toEqual([
		[STREAMS.sample, false],
		...Array(3).fill([STREAMS.sample, true]),
	]);
	const keys = [1, 2, 100_000].flatMap((step) => [0, 1, 63].map((round) => requests.training(step, round).step));
	expect(new Set(keys).size).toBe(keys.length);
});

/** Every other group differs. */
const half = (key: number, group: number) => (key + group) % 2 === 0;

async function told(options: { spec: ReturnType<typeof rounds>["spec"]; from?: Checkpoint; loseAt?: number }) {
	const { loseAt, ...given } = options;
	const events: RunEvent[] = [];
	const executors: FakeExecutor[] = [];
	let clock = 0;
	const run = new Run({
		...given,
		task: coinTask,
		createExecutor: async (plan) => {
			const lost = loseAt !== undefined && executors.length === 0 ? { loseAt } : {};
			executors.push(new FakeExecutor(plan, { differs: half, ...lost }));
			return executors.at(-1)!;
		},
		onEvent: (event) => void events.push(event),
		host: { now: () => (clock += 3000), breathe: async () => {} },
	});
	const outcome = await run.execute();
	const steps = events.flatMap((e): StepMetrics[] => (e.type === "step" ? [e.metrics] : []));
	const prints = events.flatMap((e) => (e.type === "fingerprint" ? [[e.step, e.fingerprint] as const] : []));
	return { outcome, steps, prints: Object.fromEntries(prints), executors };
}

describe("a run that samples in rounds", () => {
	test("tells each step's rounds, and charges it for all tokens", async () => {
		const { steps, executors } = await told({ spec: rounds({ steps: 3 }).spec });
		expect(steps.map(({ step }) => step)).toEqual([1, 2, 3]);
		// Two of four groups stay in each of two rounds; a group has two tokens, and the fake says 8 for the batch.
		for (const { tokens, ...metrics } of steps)
			expect({ ...metrics, tokens }).toMatchObject({
				rounds: 2,
				sampledGroups: 8,
				discardedTokens: 8,
				tokens: 8 + 8,
			});
		const calls = executors[0]!.calls.filter((call) => !call.startsWith(`rollout ${STREAMS.evaluation}`));
		expect(calls.slice(1, 6)).toEqual(["rollout 0 1", "keep 1 3", `rollout 0 ${1 + 2 ** 17}`, "keep 1 3", "train 1"]);
	});

	test("ends after a resume, and after a lost device, where an uninterrupted one ends", async () => {
		const whole = await told({ spec: rounds().spec });
		const { outcome } = await told({ spec: rounds({ steps: 3 }).spec });
		const rest = await told({ spec: rounds().spec, from: outcome.checkpoint as Checkpoint });
		expect(whole.prints).toMatchObject(rest.prints);
		expect(Object.keys(rest.prints)).toEqual(["4", "8", "10"]);
		expect(rest.steps).toEqual(whole.steps.slice(3));
		const lost = await told({ spec: rounds().spec, loseAt: 7 });
		expect(lost.executors.length).toBe(2);
		expect(lost.steps).toEqual(whole.steps);
		expect(lost.prints).toEqual(whole.prints);
	});

	test("asks for nothing more without rounds", async () => {
		const { steps, executors } = await told({ spec: rounds({ steps: 2 }, 1).spec });
		expect(steps[0]).not.toHaveProperty("rounds");
		expect(executors[0]!.calls.filter((call) => call.startsWith("keep"))).toEqual([]);
	});
});
