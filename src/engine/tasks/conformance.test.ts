import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { askOracle } from "../oracle/oracle";
import { tabularPolicy } from "../oracle/policy";
import { resolveParams } from "../spec/params";
import { ACTOR, NO_STATE, tabulate } from "./machine";
import { TASKS } from "./registry";
import { stateValues } from "./returns";
import type { Split, Task, TaskItem } from "./task";
import { accepts, pick, play, possibleTokens, respond } from "./walk";

const randomOf = (seed: number) => {
	const rng = Rng.of(seed).fork("conformance");
	return () => rng.uniform();
};
const BUILDS = TASKS.flatMap((definition) =>
	["defaults", ...Object.keys(definition.levels)].map((level) => {
		const given = definition.levels[level] ?? {};
		const build = () => definition.build(resolveParams(definition.params, given, `task ${definition.id}`));
		return { name: `${definition.id} ${level}`, level, build };
	}),
);
const someItems = (task: Task, count: number, split: Split = "train") =>
	Array.from({ length: Math.min(count, task.promptCount) }, (_, i) => task.item(split, i));
const uniform = (task: Task, item: TaskItem, random: () => number) =>
	respond(task.env, item, (_, legal) => pick(legal, random), random);

/** The level at which a task's splits are tested: its last one that keeps them apart. */
function lastDisjointLevel(id: string): string | undefined {
	const apart = BUILDS.filter(({ name, build }) => name.startsWith(`${id} `) && build().splits === "disjoint");
	return apart.at(-1)?.level;
}

/** The legal token with the highest exact value. */
function greedy(task: Task, worth: ReturnType<typeof stateValues>, state: unknown, legal: readonly number[]): number {
	const values = legal.map((token) => {
		const next = task.env.step(state, token);
		return next.reward + worth(next.state).optimal;
	});
	return legal[values.indexOf(Math.max(...values))] as number;
}

/** Steps come in order, do not overlap, and hold the policy's tokens only. */
function expectSteps(task: Task, item: TaskItem, response: readonly number[]) {
	const { states } = play(task.env, item, response);
	const steps = task.steps(item, response);
	expect(steps.length).toBeGreaterThan(0);
	let from = 0;
	for (const { start, end } of steps) {
		expect(start >= from && end > start && end <= response.length).toBe(true);
		for (let t = start; t < end; t++) expect(task.env.turn(states[t]).actor).toBe("policy");
		from = end;
	}
}

describe("registry", () => {
	it("names each task once, by its export", () => {
		const ids = TASKS.map((t) => t.id);
		expect(new Set(ids).size).toBe(ids.length);
		for (const { levels } of TASKS) expect(Object.keys(levels)).toContain("xs");
	});

	it("tells for every task what is read, written and paid, and what would prove its expectations wrong", () => {
		for (const { id, grammar, expectations } of TASKS) {
			for (const text of Object.values(grammar)) expect([id, text.length > 5]).toEqual([id, true]);
			expect([id, expectations.length > 0]).toEqual([id, true]);
			expect(new Set(expectations.map((e) => e.id)).size).toBe(expectations.length);
			for (const { claim, falsifiedIf } of expectations) {
				expect(claim).toMatch(/^[A-Z].*\.$/);
				expect(falsifiedIf).toMatch(/^(?!If ).*\.$/);
			}
		}
	});
});

describe.each(BUILDS)("$name", ({ build, level }) => {
	const task = build();
	const V = task.vocab.tokens.length;

	it("has unique token names and the same items every time", () => {
		expect(new Set(task.vocab.tokens).size).toBe(V);
		expect(task.vocab.kinds?.length ?? V).toBe(V);
		const again = build();
		for (const index of [0, 1, 17, 4000])
			for (const split of ["train", "val", "test"] as const) {
				const item = task.item(split, index);
				expect(again.item(split, index)).toEqual(item);
				expect(item.prompt.length).toBeLessThanOrEqual(task.maxPromptLength);
				for (const id of item.prompt) expect(id >= 0 && id < V).toBe(true);
			}
	});

	it("tells items apart by their prompts, which is how rollouts are traced back to them", () => {
		const known = new Map<string, TaskItem>();
		for (const item of someItems(task, 400)) {
			const before = known.get(item.prompt.join());
			if (before) expect([before.id, before.data]).toEqual([item.id, item.data]);
			known.set(item.prompt.join(), item);
		}
	});

	it("accepts every demonstration, rejects every corruption, and keeps to the length it declares", () => {
		let longest = 0;
		for (const [i, item] of someItems(task, 60).entries()) {
			const random = randomOf(i);
			const good = task.demonstration(item, random);
			const { total, done } = play(task.env, item, good);
			expect([item.id, done, task.success(item, good, total)]).toEqual([item.id, true, true]);
			for (const { response, why } of task.corruptions?.(item, random) ?? [])
				expect([why, task.success(item, response, 0), accepts(task.env, item, response)]).toEqual([why, false, false]);
			for (const response of [good, uniform(task, item, random)]) {
				expect(response.length).toBeLessThanOrEqual(task.maxResponseLength);
				longest = Math.max(longest, response.length);
				expect(task.stepLabels?.(item, response).length ?? response.length).toBe(response.length);
				for (const t of task.decisiveSteps(item, response)) expect(t >= 0 && t < response.length).toBe(true);
				expectSteps(task, item, response);
			}
		}
		expect(longest).toBeGreaterThan(0);
	});

	it("succeeds by its gold trace, whatever else is written where the trace says nothing", () => {
		if (!task.goldTrace) return;
		for (const [i, item] of someItems(task, 60).entries()) {
			const left = task.goldTrace(item).flat();
			const follow = (_: unknown, legal: readonly number[], random: () => number) =>
				legal.includes(left[0] as number) ? (left.shift() as number) : pick(legal, random);
			const response = respond(task.env, item, follow, randomOf(i));
			expect([item.id, left, accepts(task.env, item, response)]).toEqual([item.id, [], true]);
		}
	});

	it("earns its declared random return, and demonstrations never more than the optimal one", () => {
		const items = someItems(task, 256);
		const random = randomOf(99);
		const returns = Array.from({ length: 4000 }, (_, i) => {
			const item = items[i % items.length] as TaskItem;
			return play(task.env, item, uniform(task, item, random)).total;
		});
		const mean = returns.reduce((a, r) => a + r, 0) / returns.length;
		const sd = Math.sqrt(returns.reduce((a, r) => a + (r - mean) ** 2, 0) / returns.length);
		if (task.randomReturn !== null)
			expect(Math.abs(mean - task.randomReturn)).toBeLessThanOrEqual(4 * (sd / Math.sqrt(returns.length)) + 2e-3);
		expect(Math.max(...returns) - Math.min(...returns)).toBeLessThanOrEqual(task.returnRange + 1e-9);
	});

	if (level === "xs")
		it("declares the optimal return that acting greedily on exact values earns", () => {
			const items = someItems(task, 256);
			const worth = stateValues(task.env);
			const best = items.reduce((sum, item) => sum + worth(task.env.start(item)).optimal, 0) / items.length;
			expect(Math.abs(best - (task.optimalReturn ?? Number.NaN))).toBeLessThanOrEqual(1e-9);
			const random = randomOf(7);
			const returns = Array.from({ length: 600 }, (_, i) => {
				const item = items[i % items.length] as TaskItem;
				const response = respond(task.env, item, (state, legal) => greedy(task, worth, state, legal), random);
				return play(task.env, item, response).total - worth(task.env.start(item)).optimal;
			});
			const mean = returns.reduce((a, r) => a + r, 0) / returns.length;
			const sd = Math.sqrt(returns.reduce((a, r) => a + (r - mean) ** 2, 0) / returns.length);
			expect(Math.abs(mean)).toBeLessThanOrEqual(4 * (sd / Math.sqrt(returns.length)) + 1e-9);
		});

	if (level === "xs")
		it("has the same values by enumeration, by best-first search and by induction over states", async () => {
			const item = task.item("train", 1);
			const policy = tabularPolicy(V, "state", ({ key }, token) => 0.1 + Rng.of(5).fork(key).fork(token).uniform());
			const responses = [0, 1].map((i) => uniform(task, item, randomOf(i)));
			const question = { task, item, responses, policy, maxPrefixes: 200_000 };
			const [tree, search, states] = await Promise.all([
				askOracle("enumerate", question),
				askOracle("bestfirst", { ...question, tolerance: 0 }),
				askOracle("dp", question),
			]);
			for (const [i, truth] of tree.entries())
				for (const other of [search[i], states[i]])
					for (const t of truth.V.keys())
						expect(Math.abs(truth.V[t]! - (other?.V[t] ?? Number.NaN))).toBeLessThanOrEqual(1e-9);
		});

	if (level === "xs" && task.tabulable !== false)
		it("walks the machine as it walks the environment", () => {
			const items = someItems(task, 40);
			const machine = tabulate(task.env, items, V);
			if (!machine) throw new Error("not tabulated");
			for (const [i, item] of items.entries()) {
				const response = uniform(task, item, randomOf(i));
				const { states, rewards, success } = play(task.env, item, response);
				let at = machine.start[i] as number;
				response.forEach((token, t) => {
					const possible = possibleTokens(task.env.turn(states[t]));
					const row = Array.from({ length: V }, (_, v) => v).filter((v) => machine.weight[at * V + v]! > 0);
					expect(row).toEqual([...possible].sort((a, b) => a - b));
					expect(Math.abs(machine.reward[at * V + token]! - rewards[t]!)).toBeLessThanOrEqual(1e-6);
					at = machine.next[at * V + token] as number;
					expect(at).not.toBe(NO_STATE);
				});
				expect([machine.actor[at], machine.success[at]]).toEqual([ACTOR.done, success ? 1 : 0]);
			}
		});

	if (task.splits === "disjoint" && level === lastDisjointLevel(task.id))
		it("keeps its splits apart over 10,000 items of each", () => {
			const train = new Set(Array.from({ length: 10_000 }, (_, i) => task.item("train", i).id));
			const val = new Set(Array.from({ length: 10_000 }, (_, i) => task.item("val", i).id));
			for (const id of val) expect(train.has(id)).toBe(false);
			for (let i = 0; i < 10_000; i++) {
				const { id } = task.item("test", i);
				expect(train.has(id) || val.has(id)).toBe(false);
			}
		}, 240_000);
});
