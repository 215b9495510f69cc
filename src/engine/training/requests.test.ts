import { describe, expect, test } from "vitest";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { STREAMS } from "../core/rng";
import { planOf } from "./plan";
import { promptPool } from "./prompts";
import { Requests, WARM_STEP_KEY } from "./requests";

const scene = (change: Record<string, unknown> = {}) => {
	const spec = coinSpec(change);
	const pool = promptPool(coinTask, spec);
	const plan = planOf(spec, coinTask, pool);
	return { plan, pool, requests: new Requests(plan, pool) };
};

describe("requests", () => {
	test("of training depend on seed and step alone", () => {
		const { requests } = scene();
		expect(scene().requests.training(5)).toEqual(requests.training(5));
		const drawn = [1, 2, 3, 4, 5, 6].map((step) => [...requests.training(step).promptTokens].join());
		expect(new Set(drawn).size).toBeGreaterThan(1);
		const other = scene({ seed: 2 }).requests;
		expect([1, 2, 3, 4, 5, 6].map((step) => [...other.training(step).promptTokens].join())).not.toEqual(drawn);
	});

	test("carry each prompt's own tokens, length and start state", () => {
		const { plan, requests } = scene();
		const { promptTokens, promptLengths, startStates, stream, step } = requests.training(3);
		expect([stream, step]).toEqual([STREAMS.sample, 3]);
		expect([...promptLengths]).toEqual([1, 1, 1, 1]);
		for (const token of promptTokens) expect([2, 3, 4]).toContain(token);
		for (const state of startStates) expect(plan.machine.start).toContain(state);
	});

	test("of an evaluation cover the pool once; the last batch is filled up but not counted", () => {
		const batches = scene().requests.evaluation(7);
		expect(batches.map((b) => b.counted)).toEqual([4, 2]);
		expect([...batches[0]!.request.promptTokens, ...batches[1]!.request.promptTokens.slice(0, 2)]).toEqual([
			2, 3, 4, 2, 3, 4,
		]);
		expect(batches.every((b) => b.request.stream === STREAMS.evaluation)).toBe(true);
	});

	test("never share the key of their random numbers, up to the largest specs", () => {
		const { requests } = scene({ evaluation: { every: 1, prompts: 4096 }, rollout: { prompts: 1, groupSize: 1 } });
		const range = (step: number) => {
			const keys = requests.evaluation(step).map((b) => b.request.step);
			return [keys[0]!, keys.at(-1)!] as const;
		};
		const steps = [0, 1, 100_000, WARM_STEP_KEY, WARM_STEP_KEY + 1, WARM_STEP_KEY + 100_000];
		const ranges = steps.map(range);
		for (let i = 1; i < ranges.length; i++) expect(ranges[i]![0]).toBeGreaterThan(ranges[i - 1]![1]);
		expect(ranges.at(-1)![1]).toBeLessThan(2 ** 32);
	});
});

describe("a plan", () => {
	test("takes vocabulary and context from the task", () => {
		const { plan } = scene();
		expect(plan.model).toMatchObject({ vocabSize: 5, contextLength: 3, layers: 1, width: 8 });
		expect(plan.machine.start.length).toBe(3 + 6);
	});
	test("plays a task with too many states in turns, if it says what success is", () => {
		const endless = {
			...coinTask,
			env: {
				...coinTask.env,
				key: (s: unknown) => `${s}`,
				start: () => 0,
				step: (s: unknown) => ({ state: (s as number) + 1, reward: 0 }),
				turn: () => ({ actor: "policy" as const, legal: [0] }),
			},
		};
		expect(() => planOf(coinSpec(), endless)).toThrow(/has to declare `succeeded`/);
		const judged = { ...endless, env: { ...endless.env, succeeded: () => false } };
		expect(planOf(coinSpec(), judged).turns?.items.length).toBe(3 + 6);
	});
});
