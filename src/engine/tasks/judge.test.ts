import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { defaultsOf } from "../spec/params";
import { tabulateJudge } from "./judge";
import { kbhop } from "./kbhop";
import { NO_STATE, tabulate } from "./machine";
import { modchain } from "./modchain";
import { rank } from "./rank";
import { TASKS } from "./registry";
import type { ResponseStep, Task, TaskItem } from "./task";
import { pick, respond } from "./walk";

const built = TASKS.map((definition) => definition.build(defaultsOf(definition.params)));
const judging = built.filter((task) => task.judge !== undefined);

/** The steps that a table of the judge sees. */
function stepsBy(task: Task, items: readonly TaskItem[], index: number, response: readonly number[]): ResponseStep[] {
	const machine = tabulate(task.env, items, task.vocab.tokens.length)!;
	const table = tabulateJudge(task.judge!, machine, items)!;
	const steps: { start: number; end: number; label?: number; reward?: number }[] = [];
	let state = table.start[index]!;
	response.forEach((token, t) => {
		const at = state * table.vocabSize + token;
		if (table.step[at] === 1) steps.push({ start: t, end: t + 1 });
		const last = steps.at(-1);
		if (last && table.step[at] === 2) last.end = t + 1;
		const [label, reward] = [table.label[at]!, table.reward[at]!];
		if (last && !Number.isNaN(label)) last.label = Math.min(label, last.label ?? label);
		if (last && !Number.isNaN(reward)) last.reward = reward;
		state = table.next[at]!;
		expect(state).not.toBe(NO_STATE);
	});
	return steps;
}

describe.each(judging.map((task) => [task.id, task] as const))("the judge of %s", (_, task) => {
	it("as a table sees the task's steps in every response", () => {
		const rng = Rng.of(3);
		const items = [0, 1, 2].map((i) => task.item("train", i));
		for (let k = 0; k < 12; k++) {
			const item = items[k % 3]!;
			const random = () => rng.uniform();
			const response =
				k < 6 ? task.demonstration(item, random) : respond(task.env, item, (_, legal) => pick(legal, random), random);
			expect(stepsBy(task, items, k % 3, response)).toEqual(task.steps(item, response));
		}
	});
});

it("the judge of toolcalc tells formulas apart whose calls come to different digits", () => {
	const task = built.find(({ id }) => id === "toolcalc")!;
	// (1 + 5) · 7 and (5 + 3) · 4 are both 2 modulo 10, by way of 6 and of 8.
	const items = [
		[1, 5, 7],
		[5, 3, 4],
	].map((numbers) => ({ id: "", prompt: [], data: { numbers, postfix: [0, 1, -1, 2, -3] } }));
	for (const [i, digit] of ["6", "8"].entries()) {
		const words = `call add v1 v2 ${digit} call mul v4 v3 2 answer v5`.split(" ");
		const response = words.map((word) => task.vocab.tokens.indexOf(word));
		const steps = stepsBy(task, items, i, response);
		expect(steps.map(({ label }) => label)).toEqual([1, 1, 1]);
		expect(steps).toEqual(task.steps(items[i]!, response));
	}
});

it("the judge of kbhop tells apart which facts were cited before", () => {
	const task = kbhop.build({ ...defaultsOf(kbhop.params), rubric: 0.5 } as never);
	const items = [task.item("train", 0)];
	const [search, answer, r0] = ["search", "answer", "r0"].map((word) => task.vocab.tokens.indexOf(word));
	const question = items[0]!.data as { answer: number; ways: { relation: number; entity: number; to: number }[][] };
	const [one, two] = question.ways[0]!.map(({ relation, entity }) => [r0! + relation, entity]);
	const start = [search!, ...one!, question.ways[0]![0]!.to, answer!, question.answer];
	for (const [cited, labels] of [
		[
			[one!, one!],
			[1, -1],
		],
		[
			[two!, one!],
			[-1, 1],
		],
	] as const) {
		const response = [...start, ...cited.flat()];
		const steps = stepsBy(task, items, 0, response);
		expect(steps.slice(2).map(({ label }) => label)).toEqual(labels);
		expect(steps).toEqual(task.steps(items[0]!, response));
	}
});

it("every task has a judge", () => {
	expect(judging.length).toBe(TASKS.length);
});

it("a sum is right if it follows from the one before, or from the true one", () => {
	// 3 + 4 = 2, 2 + 1 = 3 modulo 5; a slip at the first sum.
	const item = { id: "", prompt: [3, 4, 1, 5], data: { digits: [3, 4, 1] } };
	const labels = (by: "local" | "global") => {
		const task = modchain.build({ ...defaultsOf(modchain.params), n: 3, labels: by } as never);
		return task.steps(item, [4, 3, 4]).map(({ label }) => label);
	};
	expect(labels("local")).toEqual([-1, 1, 1]);
	expect(labels("global")).toEqual([-1, -1, -1]);
});

it("a rank is paid when its name is complete", () => {
	const task = rank.build({ ...defaultsOf(rank.params), items: 4, picks: 2, split: true } as never);
	const item = { id: "", prompt: [], data: [0, 2, 1, 0] };
	const response = ["A", "-2", "A", "-1"].map((text) => task.vocab.tokens.indexOf(text));
	// Ideal 3/log2(2) + 1/log2(3) = 3.6309298; a grade of 2 gains 3.
	const [first, second] = task.steps(item, response);
	expect(first!.reward).toBeCloseTo(0.826235, 6);
	expect({ ...first, reward: 0 }).toEqual({ start: 0, end: 2, label: 1, reward: 0 });
	expect(second).toEqual({ start: 2, end: 4, label: -1, reward: 0 });
	expect(task.judge!.read(task.judge!.start(item), response[0]!).reward).toBeUndefined();
});

it("a judge with too many states has no table", () => {
	const counting = {
		start: () => 0,
		read: (n: number) => ({ state: n + 1, step: "none" as const }),
		key: String,
	};
	const endless = {
		states: 1,
		vocabSize: 1,
		actor: Uint8Array.of(0),
		next: Uint32Array.of(0),
		reward: new Float32Array(1),
		weight: Float32Array.of(1),
		success: new Uint8Array(1),
		start: Uint32Array.of(0),
	};
	expect(tabulateJudge(counting, endless, [{ id: "", prompt: [], data: null }])).toBeNull();
});
