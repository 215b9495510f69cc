import { describe, expect, it } from "vitest";
import { skilledChain as skilled } from "../../testing/skilledChain";
import { Cancelled } from "../core/errors";
import { Rng } from "../core/rng";
import { resolveParams } from "../spec/params";
import { addcarry } from "../tasks/addcarry";
import { keydoor } from "../tasks/keydoor";
import { modchain } from "../tasks/modchain";
import { star } from "../tasks/star";
import { strategy } from "../tasks/strategy";
import type { Task, TaskDefinition, TaskItem } from "../tasks/task";
import { pick, play, possibleTokens, respond } from "../tasks/walk";
import { askOracle } from "./oracle";
import { tabularPolicy } from "./policy";
import type { Truth } from "./truth";

const chainOf = (n: number) => modchain.build(resolveParams(modchain.params, { n }, "task modchain"));
const doorOf = (luck: Readonly<Record<string, unknown>>) =>
	keydoor.build(resolveParams(keydoor.params, { ...luck, distractors: 2 }, "task keydoor"));

/** A policy that sees states only, fixed by a hash of (state, token). */
const stateful = (task: Task) =>
	tabularPolicy(task.vocab.tokens.length, "state", ({ key }, token) => Rng.of(5).fork(key).fork(token).uniform());

const rollouts = (task: Task, item: TaskItem, count: number) => {
	const rng = Rng.of(3).fork("rollouts");
	return Array.from({ length: count }, () =>
		respond(
			task.env,
			item,
			(_, legal, random) => pick(legal, random),
			() => rng.uniform(),
		),
	);
};

function expectClose(a: Truth, b: Truth, tolerance: number) {
	a.V.forEach((v, t) => {
		expect(Math.abs(v - b.V[t]!)).toBeLessThanOrEqual(tolerance);
	});
	a.advantage.forEach((v, t) => {
		expect(Math.abs(v - b.advantage[t]!)).toBeLessThanOrEqual(2 * tolerance);
	});
	a.Q.forEach((q, t) => {
		expect(Object.keys(q)).toEqual(Object.keys(b.Q[t]!));
	});
}

function expectIdentities(task: Task, item: TaskItem, truth: Truth) {
	const { total } = play(task.env, item, truth.tokens);
	const credit = truth.advantage.reduce((a, x) => a + x, 0) + truth.luck.reduce((a, x) => a + x, 0);
	expect(Math.abs(total - truth.V[0]! - credit)).toBeLessThanOrEqual(1e-12);
	truth.Q.forEach((q, t) => {
		const sum = Object.entries(q).reduce(
			(a, [token, value]) => a + truth.probabilities[t]![Number(token)]! * (value - truth.V[t]!),
			0,
		);
		expect(Math.abs(sum)).toBeLessThanOrEqual(1e-12);
	});
}

describe("oracle", () => {
	it("values a chain of six as the random walk does", async () => {
		const task = chainOf(6);
		const item = task.item("train", 11);
		const right = task.demonstration(item, () => 0.5);
		const wrong = [(right[0]! + 1) % 5, ...right.slice(1)];
		for (const mode of ["enumerate", "closed"] as const) {
			const [a, b] = (await askOracle(mode, {
				task,
				item,
				responses: [right, wrong],
				policy: skilled(task, 0.8),
			})) as [Truth, Truth];
			// V0 = 0.2 + 0.8·0.75⁶; after a right token 0.2 + 0.8·0.75⁵, after a wrong one 0.2 − 0.2·0.75⁵.
			expect(Math.abs(a.V[0]! - 0.3423828125)).toBeLessThanOrEqual(1e-12);
			expect(Math.abs(a.V[1]! - 0.38984375)).toBeLessThanOrEqual(1e-12);
			expect(Math.abs(b.V[1]! - 0.1525390625)).toBeLessThanOrEqual(1e-12);
			expect(Math.abs(a.advantage[0]! - 0.0474609375)).toBeLessThanOrEqual(1e-12);
			expect(Math.abs(b.advantage[0]! + 0.18984375)).toBeLessThanOrEqual(1e-12);
		}
	});

	it("agrees between modes, telescopes, and weighs advantages to zero: chain", async () => {
		const task = chainOf(4);
		for (const index of [0, 5]) {
			const item = task.item("train", index);
			const question = { task, item, responses: rollouts(task, item, 4), policy: skilled(task, 0.7) };
			const exact = await askOracle("enumerate", question);
			const formula = await askOracle("closed", question);
			const certified = await askOracle("bestfirst", { ...question, tolerance: 0.02 });
			exact.forEach((truth, i) => {
				expectClose(truth, formula[i]!, 1e-12);
				expectIdentities(task, item, truth);
				certified[i]!.V.forEach((_, t) => {
					expect(certified[i]!.hi[t]! - certified[i]!.lo[t]!).toBeLessThanOrEqual(0.02 + 1e-12);
					expect(certified[i]!.lo[t]!).toBeLessThanOrEqual(truth.V[t]! + 1e-12);
					expect(truth.V[t]!).toBeLessThanOrEqual(certified[i]!.hi[t]! + 1e-12);
				});
			});
		}
	});

	it.each([{ rewards: "door" }, { rewards: "apples" }, { mode: "umbrella" }])(
		"agrees between modes where the environment rolls dice: %o",
		async (luck) => {
			const task = doorOf(luck);
			const item = task.item("train", 1);
			const question = { task, item, responses: rollouts(task, item, 6), policy: stateful(task) };
			const exact = await askOracle("enumerate", question);
			const induction = await askOracle("dp", question);
			const certified = await askOracle("bestfirst", { ...question, tolerance: 0 });
			exact.forEach((truth, i) => {
				expectClose(truth, induction[i]!, 1e-12);
				expectClose(truth, certified[i]!, 1e-12);
				expectIdentities(task, item, truth);
			});
		},
	);

	it("holds the exact value in its Monte Carlo interval, and keeps the identities", async () => {
		const task = chainOf(4);
		let inside = 0;
		let count = 0;
		for (let index = 0; index < 20; index++) {
			const item = task.item("train", index);
			const question = { task, item, responses: rollouts(task, item, 1), policy: skilled(task, 0.8), seed: index };
			const [exact] = (await askOracle("closed", question)) as [Truth];
			const [estimate] = (await askOracle("montecarlo", { ...question, samples: 64 })) as [Truth];
			expectIdentities(task, item, estimate);
			for (let t = 0; t < 3; t++) {
				count += 1;
				inside += estimate.lo[t]! <= exact.V[t]! && exact.V[t]! <= estimate.hi[t]! ? 1 : 0;
			}
			expect(Math.abs(estimate.V[0]! - exact.V[0]!)).toBeLessThanOrEqual(0.2);
		}
		expect(inside / count).toBeGreaterThanOrEqual(0.9);
	});

	it("refuses what a mode cannot do, and stops when told", async () => {
		const task = chainOf(5);
		const item = task.item("train", 0);
		const question = { task, item, responses: rollouts(task, item, 1), policy: stateful(task) };
		await expect(askOracle("dp", { ...question, policy: skilled(task, 0.5) })).rejects.toThrow("sees the whole prefix");
		await expect(askOracle("closed", question)).rejects.toThrow("closed form");
		await expect(askOracle("enumerate", { ...question, maxPrefixes: 100 })).rejects.toThrow("more than 100 prefixes");
		await expect(askOracle("enumerate", question, { cancelled: () => true })).rejects.toThrow(Cancelled);
	});
});

/** Every response to a prompt, by depth-first search. */
function allResponses(task: Task, item: TaskItem): number[][] {
	const out: number[][] = [];
	const visit = (state: unknown, response: readonly number[]): void => {
		const turn = task.env.turn(state);
		if (turn.actor === "done") out.push([...response]);
		for (const token of possibleTokens(turn)) visit(task.env.step(state, token).state, [...response, token]);
	};
	visit(task.env.start(item), []);
	return out;
}

/** Deterministic tasks of fixed length with a reward at the end only. */
const LAWFUL = [
	[modchain, { n: 4 }],
	[addcarry, { n: 2 }],
	[star, { arms: 2, length: 4, nodes: 7 }],
	[strategy, { M: 3, before: 1 }],
] as const;

/** A plan of four, then eight tokens that have to be right: 1 for the good plan (0) carried out without a slip (1). */
const planned: Task = {
	...chainOf(4),
	id: "planned",
	maxResponseLength: 9,
	item: () => ({ id: "plan", prompt: [5], data: null }),
	env: {
		start: () => [],
		turn: (state) => {
			const { length } = state as number[];
			return length === 9 ? { actor: "done" } : { actor: "policy", legal: length === 0 ? [0, 1, 2, 3] : [0, 1] };
		},
		step: (state, token) => {
			const said = [...(state as number[]), token];
			const good = said[0] === 0 && said.slice(1).every((right) => right === 1);
			return { state: said, reward: said.length === 9 && good ? 1 : 0 };
		},
		key: (state) => (state as number[]).join(" "),
	},
};

it("pays a good plan .95⁸ less what every plan is worth, and charges a bad one with that", async () => {
	const policy = tabularPolicy(7, "prefix", ({ response }, token) =>
		response.length === 0 ? 1 : [0.05, 0.95][token]!,
	);
	const right = [1, 1, 1, 1, 1, 1, 1, 1];
	const responses = [
		[0, ...right],
		[2, ...right],
	];
	const question = { task: planned, item: planned.item("train", 0), responses, policy };
	const [good, bad] = await askOracle("enumerate", question);
	// V = ¼·.95⁸
	expect(Math.abs(good!.V[0]! - 0.165855)).toBeLessThanOrEqual(1e-6);
	expect(Math.abs(good!.advantage[0]! - 0.497565)).toBeLessThanOrEqual(1e-6);
	expect(Math.abs(bad!.advantage[0]! + 0.165855)).toBeLessThanOrEqual(1e-6);
});

describe("law of uniform credit", () => {
	it.each(LAWFUL.map(([definition, params]) => [definition.id, definition as TaskDefinition, params] as const))(
		"has cosine 1/√T with the exact advantage on %s",
		async (_, definition, params) => {
			const task = definition.build(resolveParams(definition.params, params, definition.id));
			const item = task.item("train", 7);
			const responses = allResponses(task, item);
			const T = responses[0]!.length;
			expect(new Set(responses.map((r) => r.length))).toEqual(new Set([T]));
			// Over all responses, each with its probability: the expectation itself, no sampling.
			let product = 0;
			let uniform = 0;
			let exact = 0;
			for (const truth of await askOracle("enumerate", { task, item, responses, policy: stateful(task) })) {
				const weight = truth.tokens.reduce((w, token, t) => w * truth.probabilities[t]![token]!, 1);
				const credit = play(task.env, item, truth.tokens).total - truth.V[0]!;
				for (const a of truth.advantage) {
					product += weight * credit * a;
					uniform += weight * credit * credit;
					exact += weight * a * a;
				}
			}
			expect(exact).toBeGreaterThan(0);
			expect(Math.abs(product / Math.sqrt(uniform * exact) - 1 / Math.sqrt(T))).toBeLessThanOrEqual(1e-12);
		},
	);
});
