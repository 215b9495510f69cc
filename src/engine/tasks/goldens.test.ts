import { describe, expect, it } from "vitest";
import { InvalidInput } from "../core/errors";
import { askOracle } from "../oracle/oracle";
import { uniformPolicy } from "../oracle/policy";
import { defaultsOf } from "../spec/params";
import { addcarry } from "./addcarry";
import { countdown } from "./countdown";
import { keychain } from "./keychain";
import { lake } from "./lake";
import { rank } from "./rank";
import { star } from "./star";
import { strategy } from "./strategy";
import { play } from "./walk";

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

	it("refuses knobs that make no task, with the reason", () => {
		expect(() => star.build({ arms: 3, length: 4, nodes: 8 })).toThrow(/needs 10 node names/);
		expect(() => lake.build({ actions: 5, starts: 1, slip: false })).toThrow(/6 away/);
		expect(() => star.build({ arms: 3, length: 4, nodes: 8 })).toThrow(InvalidInput);
		expect(() => rank.build({ ...defaultsOf(rank.params), picks: 5 })).toThrow(/lists 5 of 5 items/);
	});
});
