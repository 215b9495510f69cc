import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { resolveParams } from "../spec/params";
import { TASKS } from "./registry";
import { stateValues } from "./returns";
import type { Environment, Task, TaskItem } from "./task";
import { pick, play, possibleTokens, respond } from "./walk";

function taskOf(id: string, given: Readonly<Record<string, unknown>> = {}): Task {
	const definition = TASKS.find((entry) => entry.id === id)!;
	return definition.build(resolveParams(definition.params, given, `task ${id}`));
}
const randomOf = (seed: number) => {
	const rng = Rng.of(seed).fork("task judges");
	return () => rng.uniform();
};
const itemOf = (data: unknown): TaskItem => ({ id: "by hand", prompt: [], data });

/** Steps of a response in words, as `words=label`, with `:reward` where there is one. */
function said({ vocab, steps }: Task, item: TaskItem, text: string): string {
	const response = text.split(" ").map((word) => vocab.tokens.indexOf(word));
	const step = steps(item, response).map(({ start, end, label, reward }) => {
		const words = response.slice(start, end).map((token) => vocab.tokens[token]);
		return `${words.join(" ")}=${label}${reward === undefined ? "" : `:${+reward.toFixed(6)}`}`;
	});
	return step.join(", ");
}

describe("steps by hand", () => {
	it("anytime: a stretch of thought is right while its sums are; late thoughts and `stop` say nothing", () => {
		const task = taskOf("anytime");
		const item = itemOf({ digits: [2, 4, 1], budget: 0 });
		expect(said(task, item, "2 1 2 stop answer: 2")).toBe("2 1 2 stop=1, 2=1");
		expect(said(task, item, "2 1 2 0 0 answer: 2")).toBe("2 1 2 0 0=1, 2=1");
		expect(said(task, item, "2 0 2 stop answer: 3")).toBe("2 0 2 stop=-1, 3=-1");
		expect(said(task, item, "stop answer: 2")).toBe("stop=0, 2=1");
		// `=` is nothing that can be thought.
		expect(said(task, item, "2 = 2 stop answer: 2")).toBe("2 ==-1");
		expect(said(task, item, "2 1 stop answer: stop")).toBe("2 1 stop=1, stop=-1");
		const lottery = taskOf("anytime", { pay: "lottery" });
		expect(said(lottery, itemOf({ digits: [2], budget: 0 }), "2 0 on 0 0 answer: 2")).toBe("2 0=1, 0 0=0, 2=1");
		expect(said(lottery, item, "2 1 on 3 stop answer: 2")).toBe("2 1=1, 3 stop=-1, 2=1");
	});

	it("box: a move is right while the moves left are enough", () => {
		const task = taskOf("box", { actions: 4 });
		// Me at c10, the box at c11, the goal at c12.
		const item = itemOf({ me: 10, box: 11 });
		expect(said(task, item, "right solved")).toBe("right=1");
		// There and back is two moves, and the push a third.
		expect(said(task, item, "up c5 c11 down c10 c11 right solved")).toBe("up=1, down=1, right=1");
		expect(said(task, item, "up c5 c11 up c0 c11 down c5 c11 down c10 c11")).toBe("up=1, up=-1, down=0, down=0");
		// Three moves would have done; after the push the way around the box is too long.
		expect(said(task, itemOf({ me: 16, box: 11 }), "up c11 c6 left c10 c6")).toBe("up=-1, left=0");
		expect(said(task, item, "solved right")).toBe("solved=-1");
		expect(said(task, item, "up c6 c11 right c7 c11")).toBe("up=1");
	});

	it("countdown: a step is right while the target can still be hit", () => {
		const task = taskOf("countdown");
		const item = itemOf({ numbers: [2, 3, 4], target: 20 });
		expect(said(task, item, "#1 + #2 * #3")).toBe("#1=1, + #2=1, * #3=1");
		expect(said(task, item, "#1 + #2 - #3")).toBe("#1=1, + #2=1, - #3=-1");
		// 2 · 3 = 6 and 2 · 4 = 8: no third number makes 20 of them.
		expect(said(task, item, "#1 * #2 + #3")).toBe("#1=1, * #2=-1, + #3=0");
		expect(said(task, item, "#1 + #1 * #3")).toBe("#1=1, + #1=-1");
		const search = taskOf("countdown", { numbers: 2, tries: 2 });
		const two = itemOf({ numbers: [3, 5], target: 15 });
		expect(said(search, two, "#1 + #2 ; #1 * #2 answer #2")).toBe("#1=1, + #2=1, ;=1, #1=1, * #2=1, answer #2=1");
		expect(said(search, two, "#1 + #2 answer #1")).toBe("#1=1, + #2=1, answer #1=-1");
		expect(said(search, two, "#1 * #2 answer #1")).toBe("#1=1, * #2=1, answer #1=1");
	});

	it("duet: each agent answers for its own words, the idle one for nothing", () => {
		const item = itemOf(null);
		const signal = taskOf("duet", { secrets: 2, symbols: 2, message: 2 });
		const told = (book: string, message: string) =>
			said(signal, item, `reader: ${book} green idle: x sender: ${message} green`);
		expect(told("red red green red", "y x")).toBe("red red green red=1, x=0, y x=1");
		expect(told("red red green red", "x y")).toBe("red red green red=1, x=0, x y=-1");
		expect(told("red red green red", "y y")).toBe("red red green red=1, x=0, y y=-1");
		// Nothing tells green: the last entry of the book gave it away, and the sender can do nothing about it.
		expect(told("red red red red", "y x")).toBe("red red red red=-1, x=0, y x=0");
		expect(told("red x red red", "y x")).toBe("red x=-1");
	});

	it("duet: rows, columns and workers", () => {
		const item = itemOf(null);
		const climb = taskOf("duet", { game: "climb" });
		expect(said(climb, item, "sender: x idle: z reader: x")).toBe("x=1, z=0, x=1");
		// The safe row gives the best entry away; in it the third column is the best.
		expect(said(climb, item, "sender: z idle: x reader: z")).toBe("z=-1, x=0, z=1");
		expect(said(climb, item, "sender: x idle: x reader: y")).toBe("x=1, x=0, y=-1");
		expect(said(climb, item, "sender: red idle: x reader: y")).toBe("red=-1");
		const team = taskOf("duet", { game: "team", idle: false });
		expect(said(team, item, "leader: first wrong")).toBe("first=1");
		expect(said(team, item, "leader: second right")).toBe("second=-1");
	});

	it("flow2d: a move is right while the steps left reach the mode", () => {
		const task = taskOf("flow2d");
		const item = itemOf(0);
		expect(said(task, item, "x0 y0 ↗ · ·")).toBe("↗=1, ·=1, ·=1");
		expect(said(task, item, "x0 y0 ↙ · ↗")).toBe("↙=1, ·=-1, ↗=0");
		expect(said(task, item, "x0 y0 ↙ x0 ↗")).toBe("↙=1, x0=-1");
	});

	it("kbhop: a search is right if it asks for a fact that is needed and not found, whatever the reply", () => {
		const [first, second] = [
			{ relation: 0, entity: 1, to: 3 },
			{ relation: 1, entity: 3, to: 5 },
		];
		const item = itemOf({ answer: 5, ways: [[first, second]] });
		const task = taskOf("kbhop");
		const chain = "search r0 E1=1:0.48, search r1 E3=1:0.48, answer E5=1:1";
		expect(said(task, item, "search r0 E1 E3 search r1 E3 E5 answer E5")).toBe(chain);
		const astray = "search r0 E1=1:0.48, search r0 E3=-1:-0.02, answer E4=-1:0";
		expect(said(task, item, "search r0 E1 E3 search r0 E3 E4 answer E4")).toBe(astray);
		const again = "search r0 E1=1:-0.02, search r0 E1=1:0.48, search r0 E1=-1:-0.02";
		expect(said(task, item, "search r0 E1 none search r0 E1 E3 search r0 E1 E3")).toBe(again);
		expect(said(task, item, "search E1 r0 E3 answer E5")).toBe("search E1=-1");
		expect(said(task, item, "answer E5 answer E5")).toBe("answer E5=1:1");
		expect(said(task, item, "search r0")).toBe("search r0=undefined");
		const cites = taskOf("kbhop", { rubric: 0.5 });
		const unsupported = "search r0 E1=1:0.48, answer E5=1:1, r0 E1=1, r1 E3=-1";
		expect(said(cites, item, "search r0 E1 E3 answer E5 r0 E1 r1 E3")).toBe(unsupported);
		const repeated = "search r0 E1=1:0.48, answer E5=1:1, r0 E1=1, r0 E1=-1";
		expect(said(cites, item, "search r0 E1 E3 answer E5 r0 E1 r0 E1")).toBe(repeated);
	});

	it("toolcalc: a call is right if the formula asks for it and its result is not at hand", () => {
		// (7 + 5) · 3 modulo 10.
		const item = itemOf({ numbers: [7, 5, 3], postfix: [0, 1, -1, 2, -3] });
		const task = taskOf("toolcalc");
		const good = "call add v1 v2=1:0.48, call mul v4 v3=1:0.48, answer v5=1:1";
		expect(said(task, item, "call add v1 v2 2 call mul v4 v3 6 answer v5")).toBe(good);
		// 7 − 5 comes to the same digit.
		const lucky = "call sub v1 v2=-1:-0.02, call mul v4 v3=-1:-0.02, answer v5=1:1";
		expect(said(task, item, "call sub v1 v2 2 call mul v4 v3 6 answer v5")).toBe(lucky);
		const twice = "call add v1 v2=1:0.48, call add v1 v2=-1:-0.02, answer v4=-1:0";
		expect(said(task, item, "call add v1 v2 2 call add v1 v2 2 answer v4")).toBe(twice);
		const swapped = (gold: string) => said(taskOf("toolcalc", { gold }), item, "call add v2 v1 2");
		expect([swapped("all"), swapped("one")]).toEqual(["call add v2 v1=1:0.48", "call add v2 v1=-1:-0.02"]);
		// The tool erred, so the call is made again.
		const errors = "call add v1 v2=1:0.48, call add v1 v2=1:0.48, call mul v4 v3=-1:-0.02";
		expect(said(task, item, "call add v1 v2 9 call add v1 v2 2 call mul v4 v3 7")).toBe(errors);
		expect(said(task, item, "call v1 add v2 2 answer v1")).toBe("call v1=-1");
		expect(said(task, item, "call add v1 v6 2 answer v1")).toBe("call add v1 v6=-1");
		expect(said(task, item, "call add v1")).toBe("call add v1=undefined");
	});
});

/** Whether a success can still be reached, by asking every way to go on. */
function reach<S>(env: Environment<S>): (state: S) => boolean {
	const known = new Map<string, boolean>();
	const visit = (state: S): boolean => {
		const key = env.key(state);
		const before = known.get(key);
		if (before !== undefined) return before;
		const turn = env.turn(state);
		const some = possibleTokens(turn).some((token) => visit(env.step(state, token).state));
		const found = turn.actor === "done" ? env.succeeded!(state) : some;
		known.set(key, found);
		return found;
	};
	return visit;
}

it.each([
	["box", { side: 4, goal: 5, actions: 5, away: 1 }],
	["countdown", {}],
	["countdown", { numbers: 2, tries: 2, loose: true }],
	["flow2d", {}],
	["flow2d", { reward: "checker", noise: 0.3, schedule: "late" }],
	["flow2d", { noise: 0.3, schedule: "early", steps: 4 }],
])("%s %j: labels say where success was given away", (id, given) => {
	const task = taskOf(id, given);
	const alive = reach(task.env);
	const random = randomOf(1);
	const seen = new Set<number>();
	for (let i = 0; i < 60; i++) {
		const item = task.item("train", i % 12);
		const response = respond(task.env, item, (_, legal) => pick(legal, random), random);
		const { states } = play(task.env, item, response);
		const want = response.map((_, t) => {
			if (task.env.turn(states[t]).actor !== "policy") return Number.NaN;
			return !alive(states[t]) ? 0 : alive(states[t + 1]) ? 1 : -1;
		});
		expect([item.id, ...task.stepLabels!(item, response)]).toEqual([item.id, ...want]);
		for (const label of want) seen.add(label);
	}
	expect([...seen].filter((x) => !Number.isNaN(x)).sort()).toEqual([-1, 0, 1]);
});

it.each([
	{ secrets: 3, symbols: 2, message: 2 },
	{ secrets: 2, symbols: 2 },
	{ game: "climb" },
	{ game: "team", secrets: 4 },
])("duet %j: a word is wrong where the best return falls", (given) => {
	const task = taskOf("duet", given);
	const worth = stateValues(task.env);
	const item = task.item("train", 0);
	const random = randomOf(2);
	for (let i = 0; i < 60; i++) {
		const response = respond(task.env, item, (_, legal) => pick(legal, random), random);
		const { states, rewards } = play(task.env, item, response);
		task.stepLabels!(item, response).forEach((label, t) => {
			const own = task.env.turn(states[t]).actor === "policy";
			const lost = worth(states[t]).optimal - rewards[t]! - worth(states[t + 1]).optimal;
			expect([i, t, Number.isNaN(label), label === -1]).toEqual([i, t, !own, own && lost > 1e-9]);
		});
	}
});

const JUDGED = ["addcarry", "anytime", "box", "countdown", "duet", "flow2d", "kbhop", "keychain", "keydoor", "modchain"]
	.concat("preflog", "rank", "star", "strategy", "toolcalc")
	.map((id) => [id, taskOf(id)] as const);

describe.each(JUDGED)("%s", (_, task) => {
	const random = randomOf(3);
	const items = Array.from({ length: Math.min(6, task.promptCount) }, (_, i) => task.item("train", i));
	const labelsOf = (item: TaskItem, response: readonly number[]) => task.steps(item, response).map((s) => s.label);
	const own = (item: TaskItem, response: readonly number[]) => {
		const { states } = play(task.env, item, response);
		return [...response.keys()].filter((t) => task.env.turn(states[t]).actor === "policy");
	};

	it("finds nothing wrong in a demonstration", () => {
		for (const item of items) {
			const labels = labelsOf(item, task.demonstration(item, random));
			expect([item.id, labels.includes(-1), labels.includes(undefined)]).toEqual([item.id, false, false]);
			expect(labels).toContain(1);
		}
	});

	it("says the same of a step whatever comes later, so nothing before the first error is wrong", () => {
		let wrong = 0;
		for (const item of items)
			for (let k = 0; k < 48 / items.length; k++) {
				const good = task.demonstration(item, random);
				const { states } = play(task.env, item, good);
				const at = pick(own(item, good), random);
				const turn = task.env.turn(states[at]);
				const prefix = [...good.slice(0, at), pick(possibleTokens(turn), random)];
				const rest = (_: unknown, legal: readonly number[]) => pick(legal, random);
				const from = { ...task.env, start: () => task.env.step(states[at], prefix[at]!).state };
				const response = [...prefix, ...respond(from, item, rest, random)];
				const steps = task.steps(item, response);
				expect(steps).toEqual(task.steps(item, response));
				const finished = (end: number) => (step: { readonly end: number }) => step.end <= end;
				expect(steps.filter(finished(at))).toEqual(task.steps(item, good).filter(finished(at)));
				const error = steps.find(({ label }) => label === -1);
				if (error) wrong += 1;
				if (error) expect(error.end).toBeGreaterThan(at);
			}
		expect(wrong).toBeGreaterThan(0);
	});
});
