import { describe, expect, it } from "vitest";
import { InvalidInput } from "../core/errors";
import { askOracle } from "../oracle/oracle";
import { uniformPolicy } from "../oracle/policy";
import { defaultsOf } from "../spec/params";
import { addcarry } from "./addcarry";
import { anytime } from "./anytime";
import { countdown } from "./countdown";
import { kbhop } from "./kbhop";
import { keychain } from "./keychain";
import { lake } from "./lake";
import { rank } from "./rank";
import { star } from "./star";
import { strategy } from "./strategy";
import type { Task, Turn } from "./task";
import { toolcalc } from "./toolcalc";
import { accepts, play, possibleTokens } from "./walk";

/** Number of prefixes of the first prompt of which a test holds. */
function prefixesOf({ env, item }: Task, counts: (turn: Turn, state: unknown) => boolean): number {
	const visit = (state: unknown): number => {
		const turn = env.turn(state);
		const below = possibleTokens(turn).reduce((sum, token) => sum + visit(env.step(state, token).state), 0);
		return below + (counts(turn, state) ? 1 : 0);
	};
	return visit(env.start(item("train", 0)));
}

describe("tasks by hand", () => {
	it("counts the prompts that a plan can solve: 77 of 125, 161 of 343", () => {
		expect([5, 7].map((M) => strategy.build({ M, before: 0, after: 0 }).promptCount)).toEqual([77, 161]);
	});

	it("adds 58 + 67 = 125 and lets nobody check the inner carry", () => {
		const task = addcarry.build({ n: 2 });
		const item = { id: "85 76", prompt: [8, 5, 7, 6, 12], data: [5, 11, 2, 11] };
		expect(play(task.env, item, [5, 11, 2, 11]).total).toBe(1);
		expect(play(task.env, item, [5, 10, 2, 11]).total).toBe(1);
		expect(play(task.env, item, [5, 11, 2, 10]).total).toBe(0);
		const drawn = task.item("train", 3);
		const number = (digits: readonly number[]) => digits.reduceRight((sum, d) => 10 * sum + d, 0);
		const said = task.demonstration(drawn, () => 0.5);
		const sum = number(said.filter((_, t) => t % 2 === 0)) + 100 * (said[3]! - 10);
		expect(sum).toBe(number(drawn.prompt.slice(0, 2)) + number(drawn.prompt.slice(2, 4)));
	});

	it("crosses the lake down the left side and along the bottom", () => {
		const task = lake.build({ ...defaultsOf(lake.params), actions: 6 });
		const [down, right, goal] = [17, 18, 21];
		const walk = [down, 4, down, 8, right, 9, down, 13, right, 14, right, goal];
		expect(play(task.env, task.item("train", 0), walk).total).toBe(1);
	});

	it("credits the key with half its reward and the noise with none", async () => {
		const task = keychain.build({ steps: 4, sigma: 0.5 });
		const item = task.item("train", 0);
		const question = { task, item, responses: [[0, 2, 4, 3, 5, 2, 4]], policy: uniformPolicy(7) };
		for (const mode of ["enumerate", "dp"] as const) {
			const [truth] = await askOracle(mode, question);
			expect([...truth!.advantage]).toEqual([0.5, 0, 0, 0, 0, 0, 0]);
			expect([...truth!.luck]).toEqual([0, 0, 0.5, 0, -0.5, 0, 0.5]);
		}
	});

	it("counts down: 1,334 prompts of three numbers, (2 + 3) * 4 = 20, and a third of 1/2 is used exactly", () => {
		const task = countdown.build(defaultsOf(countdown.params));
		expect(task.promptCount).toBe(1334);
		const idOf = (name: string) => task.vocab.tokens.indexOf(name);
		const said = (text: string) => text.split(" ").map(idOf);
		const prompt = (numbers: number[], target: number) => ({ id: "", prompt: [], data: { numbers, target } });
		const paid = (numbers: number[], target: number, text: string) =>
			play(task.env, prompt(numbers, target), said(text)).total;
		expect(paid([2, 3, 4], 20, "#1 + #2 * #3")).toBe(1);
		expect(paid([2, 3, 4], 20, "#3 * #2 + #1")).toBe(0.1);
		// 1/6·9 is not a whole number, 1/3·9 is; 2 − 5 + 4 goes through −3.
		expect(paid([1, 3, 9], 3, "#1 / #2 * #3")).toBe(1);
		expect(paid([2, 4, 5], 1, "#1 - #3 + #2")).toBe(1);
		expect(task.success(prompt([2, 3, 4], 20), said("#1 + #1 * #3"), 1)).toBe(false);
	});

	it("hands in one of several expressions, and only that one counts", () => {
		const task = countdown.build({ ...defaultsOf(countdown.params), numbers: 2, tries: 2, loose: true });
		const said = (text: string) => text.split(" ").map((name) => task.vocab.tokens.indexOf(name));
		const item = { id: "", prompt: [], data: { numbers: [3, 5], target: 15 } };
		const paid = (text: string) => play(task.env, item, said(text)).total;
		expect(paid("#1 + #2 ; #1 * #2 answer #2")).toBe(1);
		expect(paid("#1 + #2 ; #1 * #2 answer #1")).toBe(0.1);
		expect(paid("#2 * #2 answer #1")).toBe(0);
	});

	it("pays a list by its discounted gains: (7 + 3/log2 3) / (7 + 3/log2 3 + 1/2)", () => {
		const task = rank.build(defaultsOf(rank.params));
		const item = { id: "", prompt: [], data: [0, 3, 1, 2, 0] };
		const said = (names: string) => names.split(" ").map((name) => task.vocab.tokens.indexOf(name));
		const played = play(task.env, item, said("I2 I4 I1"));
		// 8.892789 / 9.392789
		expect(Math.abs(played.total - 0.946768)).toBeLessThanOrEqual(1e-6);
		expect(played.success).toBe(false);
		expect(play(task.env, item, said("I2 I4 I3"))).toMatchObject({ total: 1, success: true });
		expect(task.steps(item, said("I2 I1 I4")).map((step) => step.label)).toEqual([1, -1, 1]);
	});

	it("takes the price of thoughts off, and cuts a lottery so that all budgets are alike likely", () => {
		const knobs = defaultsOf(anytime.params);
		const of = (digits: number[], budget = 0) => ({ id: "", prompt: [], data: { digits, budget } });
		const task = anytime.build(knobs);
		const [stop, ask] = ["stop", "answer:"].map((name) => task.vocab.tokens.indexOf(name)) as [number, number];
		// 2 + 4 + 1 = 7 = 2 modulo 5: three thoughts at .02.
		expect(play(task.env, of([2, 4, 1]), [2, 1, 2, stop, ask, 2]).total).toBeCloseTo(0.94, 12);
		expect([...task.stepLabels!(of([2, 4, 1]), [2, 0, 2, 2, stop, ask, 2])]).toEqual([
			1,
			-1,
			1,
			...[0, 0, 0].map(() => Number.NaN),
			1,
		]);
		const lottery = anytime.build({ ...knobs, pay: "lottery" });
		const gate = (thoughts: number[]) => {
			const { states } = play(lottery.env, of([1]), thoughts);
			const turn = lottery.env.turn(states.at(-1));
			return turn.actor === "environment" ? turn.outcomes.find((o) => o.token === ask)?.probability : null;
		};
		// Budgets 2, 4 and 5, a third each.
		const on = lottery.vocab.tokens.indexOf("on");
		expect([gate([0, 0]), gate([0, 0, on, 0, 0]), gate([0, 0, on, 0, 0, on, 0])]).toEqual([1 / 3, 1 / 2, 1]);
		const budget = anytime.build({ ...knobs, pay: "budget" });
		expect(play(budget.env, of([2, 4, 1], 2), [2, 1, 2, stop, ask, 2]).total).toBeCloseTo(0.98, 12);
	});

	it("searches a base whose relations lead everywhere, by one way or two", () => {
		const task = kbhop.build({ ...defaultsOf(kbhop.params), form: "two-ways", rubric: 0.5 });
		const base: string[] = [];
		for (let i = 0; i < task.promptCount; i++) {
			const item = task.item("train", i);
			const { answer, ways } = item.data as {
				answer: number;
				ways: { relation: number; entity: number; to: number }[][];
			};
			const [[first, second], [single]] = ways as [[(typeof ways)[0][0], (typeof ways)[0][0]], [(typeof ways)[0][0]]];
			expect([second!.entity, second!.to, single!.to]).toEqual([first!.to, answer, answer]);
			for (const fact of [first!, second!, single!]) base.push(`${fact.relation} ${fact.entity} ${fact.to}`);
		}
		// Eight facts for each of two relations, none from an entity to itself, all targets different.
		const facts = [...new Set(base)].map((fact) => fact.split(" "));
		expect(facts.length).toBe(16);
		expect(facts.every(([, from, to]) => from !== to)).toBe(true);
		expect(new Set(facts.map(([r, , to]) => `${r} ${to}`)).size).toBe(16);
	});

	it("pays an answer, takes off its searches, and adds what was found and cited", () => {
		const task = kbhop.build({ ...defaultsOf(kbhop.params), rubric: 0.5 });
		const item = task.item("train", 0);
		const [search, answer] = ["search", "answer"].map((name) => task.vocab.tokens.indexOf(name)) as [number, number];
		const { ways } = item.data as { ways: { relation: number; entity: number; to: number }[][] };
		const [a, b] = ways[0] as [(typeof ways)[0][0], (typeof ways)[0][0]];
		const cite = (fact: typeof a) => [8 + fact!.relation, fact!.entity];
		const look = (fact: typeof a) => [search, ...cite(fact), fact!.to];
		const paid = (response: number[]) => play(task.env, item, response).total;
		expect(paid([...look(a), ...look(b), answer, b!.to, ...cite(a), ...cite(b)])).toBeCloseTo(1.46, 12);
		// Cited, but one of the two was never found.
		expect(paid([...look(a), answer, b!.to, ...cite(a), ...cite(b)])).toBeCloseTo(1.23, 12);
		expect(paid([answer, (b!.to + 1) % 8, ...cite(a), ...cite(b)])).toBe(0);
	});

	it("works out ((7 + 5) * 4) mod 10 = 8 by two calls, and knows a redundant one", () => {
		const task = toolcalc.build({ ...defaultsOf(toolcalc.params), calls: 3 });
		const said = (text: string) => text.split(" ").map((name) => task.vocab.tokens.indexOf(name));
		// Postfix 7 5 add 4 mul.
		const item = { id: "", prompt: [], data: { numbers: [7, 5, 4], postfix: [0, 1, -1, 2, -3] } };
		expect(task.goldTrace!(item).map((step) => step.map((id) => task.vocab.tokens[id]).join(" "))).toEqual([
			"call add v1 v2",
			"call mul v4 v3",
			"answer v5",
		]);
		const good = said("call add v1 v2 2 call mul v4 v3 8 answer v5");
		expect(play(task.env, item, good)).toMatchObject({ success: true });
		expect(play(task.env, item, good).total).toBeCloseTo(0.96, 12);
		const detour = said("call sub v1 v2 2 call add v2 v1 2 call mul v5 v3 8 answer v6");
		expect(task.steps(item, detour).map((step) => step.label)).toEqual([-1, 1, 1, 1]);
		const strict = toolcalc.build({ ...defaultsOf(toolcalc.params), calls: 3, gold: "one" });
		expect(strict.steps(item, detour).map((step) => step.label)).toEqual([-1, -1, -1, 1]);
		expect(accepts(task.env, item, said("call add v1 v2 3 answer v4"))).toBe(false);
	});

	it("has trees of the size that counting gives", () => {
		const tokens = (task: Task) => prefixesOf(task, ({ actor }) => actor === "policy");
		const turns = (task: Task) =>
			prefixesOf(task, (turn, state) => turn.actor === "policy" && task.env.anchor!(state) !== null);
		// 1 + 3 + 3·4 + 3·4·2 + 3·4·2·4, and so on for four numbers.
		expect(tokens(countdown.build(defaultsOf(countdown.params)))).toBe(136);
		expect(tokens(countdown.build({ ...defaultsOf(countdown.params), numbers: 4 }))).toBe(2181);
		// 1 + 6 + 6·5 + 6·5·4.
		expect(tokens(rank.build({ ...defaultsOf(rank.params), items: 6, picks: 4 }))).toBe(157);
		// Thoughts of up to four digits, Σ 5^k = 781; the answer after each of them and after 5^5.
		expect(tokens(anytime.build(defaultsOf(anytime.params)))).toBe(781 + 781 + 3125);
		// 16 searches a turn: 1 + 16 + 16² + 16³.
		expect(turns(kbhop.build(defaultsOf(kbhop.params)))).toBe(4369);
		// 3 operations on 3², 4², 5² pairs: 1 + 27 + 27·48 + 27·48·75.
		expect(turns(toolcalc.build({ ...defaultsOf(toolcalc.params), calls: 3 }))).toBe(98_524);
	});

	it("refuses knobs that make no task, with the reason", () => {
		expect(() => star.build({ arms: 3, length: 4, nodes: 8 })).toThrow(/needs 10 node names/);
		expect(() => lake.build({ actions: 5, starts: 1, slip: false })).toThrow(/6 away/);
		expect(() => star.build({ arms: 3, length: 4, nodes: 8 })).toThrow(InvalidInput);
		expect(() => rank.build({ ...defaultsOf(rank.params), picks: 5 })).toThrow(/lists 5 of 5 items/);
		expect(() => anytime.build({ ...defaultsOf(anytime.params), limit: 3 })).toThrow(/allow at least 4/);
		expect(() => kbhop.build({ ...defaultsOf(kbhop.params), searches: 1 })).toThrow(/2 hops takes 2/);
		expect(() => kbhop.build({ ...defaultsOf(kbhop.params), fail: 0.5, mislead: 0.5 })).toThrow(/less than 1/);
		expect(() => toolcalc.build({ ...defaultsOf(toolcalc.params), calls: 1 })).toThrow(/3 numbers takes 2/);
		expect(() => toolcalc.build({ ...defaultsOf(toolcalc.params), calls: 6 })).toThrow(/need 9/);
	});
});
