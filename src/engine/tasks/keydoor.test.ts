import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { defaultsOf } from "../spec/params";
import { keydoor } from "./keydoor";
import { ACTOR, tabulate } from "./machine";
import type { Task, TaskItem } from "./task";

const taskWith = (given: Partial<Parameters<typeof keydoor.build>[0]> = {}) =>
	keydoor.build({ ...defaultsOf(keydoor.params), ...given });
const itemsOf = (task: Task) => Array.from({ length: task.promptCount }, (_, i) => task.item("train", i));
const randomOf = (seed: number) => {
	const rng = Rng.of(seed);
	return () => rng.uniform();
};
const LUCK = [{ rewards: "door" }, { rewards: "apples" }, { mode: "umbrella" }] as const;
const VARIANTS = LUCK.flatMap((luck) => [0, 1, 4].map((distractors) => ({ ...luck, distractors })));

/** Return and end of a response, walked through the environment; throws where a token is not possible. */
function play(task: Task, item: TaskItem, response: readonly number[]) {
	let state = task.env.start(item);
	let reward = 0;
	for (const token of response) {
		const turn = task.env.turn(state);
		const legal =
			turn.actor === "policy" ? turn.legal : turn.actor === "environment" ? turn.outcomes.map((o) => o.token) : [];
		if (!legal.includes(token)) throw new Error(`token ${token} is not possible`);
		const next = task.env.step(state, token);
		state = next.state;
		reward += next.reward;
	}
	return { reward, done: task.env.turn(state).actor === "done", won: task.env.succeeded?.(state) };
}

/** Expected return of a policy that draws legal tokens uniformly, and of the best one, by exhaustive backing up. */
function values(task: Task, item: TaskItem): { random: number; best: number } {
	const back = (state: unknown): { random: number; best: number } => {
		const turn = task.env.turn(state);
		if (turn.actor === "done") return { random: 0, best: 0 };
		const weighted =
			turn.actor === "policy"
				? turn.legal.map((token) => ({ token, p: 1 / turn.legal.length }))
				: turn.outcomes.map((o) => ({ token: o.token, p: o.probability }));
		const after = weighted.map(({ token, p }) => {
			const { state: next, reward } = task.env.step(state, token);
			const { random, best } = back(next);
			return { p, random: reward + random, best: reward + best };
		});
		const mean = (pick: "random" | "best") => after.reduce((sum, a) => sum + a.p * a[pick], 0);
		const best = turn.actor === "policy" ? Math.max(...after.map((a) => a.best)) : mean("best");
		return { random: mean("random"), best };
	};
	return back(task.env.start(item));
}

describe("keydoor", () => {
	it("pays the door for the right key and nothing else", () => {
		const task = taskWith({ distractors: 1, rewards: "door" });
		const red = task.item("train", 0);
		// take-red, left, none, door, open
		expect(play(task, red, [3, 6, 12, 13, 9])).toEqual({ reward: 1, done: true, won: true });
		expect(play(task, red, [4, 6, 12, 13, 9])).toEqual({ reward: 0, done: true, won: false });
		expect(play(task, red, [3, 6, 12, 13, 10])).toEqual({ reward: 0, done: true, won: false });
	});

	it("pays apples for grabs and coins for every move", () => {
		const apples = taskWith({ distractors: 2, rewards: "apples", size: 0.25 });
		expect(play(apples, apples.item("train", 1), [3, 8, 11, 8, 12, 13, 9]).reward).toBe(0.25);
		expect(() => play(apples, apples.item("train", 1), [3, 6, 11])).toThrow("not possible");
		const coins = taskWith({ distractors: 2, mode: "umbrella", size: 0.25 });
		expect(play(coins, coins.item("train", 0), [3, 6, 11, 7, 12, 13, 9]).reward).toBe(1);
	});

	it.each(VARIANTS)("declares its optimal and random return as exhaustion finds them: %o", (variant) => {
		const task = taskWith(variant);
		for (const item of itemsOf(task)) {
			const { random, best } = values(task, item);
			expect(Math.abs(random - (task.randomReturn ?? Number.NaN))).toBeLessThanOrEqual(1e-12);
			expect(Math.abs(best - (task.optimalReturn ?? Number.NaN))).toBeLessThanOrEqual(1e-12);
		}
	});

	it.each(VARIANTS)(
		"demonstrates successes that the verifier accepts, and rejects their corruptions: %o",
		(variant) => {
			const task = taskWith(variant);
			for (const item of itemsOf(task))
				for (let seed = 0; seed < 20; seed++) {
					const good = task.demonstration(item, randomOf(seed));
					const { done, won, reward } = play(task, item, good);
					expect([done, won, task.success(item, good, reward)]).toEqual([true, true, true]);
					expect(good.length).toBe(task.maxResponseLength);
					for (const bad of task.corruptions?.(item, randomOf(seed)) ?? []) {
						expect(play(task, item, bad.response).won).toBe(false);
						expect(task.success(item, bad.response, 0)).toBe(false);
					}
				}
		},
	);

	it.each(VARIANTS)("merges states with the same future only: %o", (variant) => {
		const task = taskWith(variant);
		const machine = tabulate(task.env, itemsOf(task), task.vocab.tokens.length);
		// Starts, then per key right or wrong: moves, replies (with and without a grab), door, choice; two ends.
		const D = variant.distractors;
		expect(machine?.states).toBe(3 + 2 * (3 * D + 2) + 2);
		const ends = [...(machine?.actor ?? [])].filter((a) => a === ACTOR.done);
		expect([ends.length, [...(machine?.success ?? [])].filter(Boolean).length]).toEqual([2, 1]);
	});

	it("labels key and door, calls moves irrelevant and leaves replies unlabelled", () => {
		const task = taskWith({ distractors: 1 });
		const labels = task.stepLabels?.(task.item("train", 2), [4, 8, 11, 13, 9]);
		expect([...(labels ?? [])]).toEqual([-1, 0, Number.NaN, Number.NaN, 1]);
		expect(task.decisiveSteps(task.item("train", 2), [4, 8, 11, 13, 9])).toEqual([0, 4]);
	});

	it("knows when nothing can be won any more", () => {
		const task = taskWith({ distractors: 2, rewards: "door" });
		const wrong = task.env.step(task.env.start(task.item("train", 0)), 4).state;
		const right = task.env.step(task.env.start(task.item("train", 0)), 3).state;
		expect([task.env.decided?.(wrong), task.env.decided?.(right)]).toEqual([0, null]);
		const apples = taskWith({ distractors: 2, rewards: "apples" });
		expect(apples.env.decided?.(apples.env.step(apples.env.start(apples.item("train", 0)), 4).state)).toBeNull();
	});
});
