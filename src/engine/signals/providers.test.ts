import { describe, expect, it } from "vitest";
import { batchOf, distance, ragged, spansOfRows, tokenSignal } from "../credit/testing";
import type { RolloutBatch } from "../rollouts/batch";
import { resolveParams } from "../spec/params";
import { findPreset } from "../spec/presets";
import { openSpec, REGISTRIES } from "../spec/registries";
import { resolveSpec } from "../spec/resolveSpec";
import { anytime } from "../tasks/anytime";
import { keychain } from "../tasks/keychain";
import { lake } from "../tasks/lake";
import { modchain } from "../tasks/modchain";
import { strategy } from "../tasks/strategy";
import type { Task } from "../tasks/task";
import { PROVIDERS } from "./registry";
import type { Sources } from "./sources";
import { taskSource } from "./taskSource";
import { annotated, rows } from "./testing";

const of = (task: Task): Sources => ({ task: taskSource(task, [task.item("train", 0)]) });
/** Rollouts that answer the task's first prompt. */
function answers(
	task: Task,
	responses: readonly (readonly number[])[],
	masks: readonly (readonly number[])[],
): RolloutBatch {
	const { prompt } = task.item("train", 0);
	const plain = batchOf(responses.map((tokens, b) => ({ tokens, mask: masks[b]! })));
	return {
		...plain,
		promptTokens: Int32Array.from(responses.flatMap(() => prompt)),
		promptOffsets: Int32Array.from({ length: plain.B + 1 }, (_, b) => b * prompt.length),
	};
}
const spans = ({ start, end }: { start: Int32Array; end: Int32Array }) => [...start].map((s, i) => [s, end[i]]);

describe("spans", () => {
	const holes = batchOf([
		{ tokens: [1, 2, 3, 4, 5], mask: [1, 1, 0, 1, 1] },
		{ tokens: [1], mask: [0] },
	]);

	it("turns are longest runs of one actor", () => {
		const { turns } = annotated("turnSpans", holes).batch;
		expect(spans(turns!)).toEqual([
			[0, 2],
			[2, 3],
			[3, 5],
			[0, 1],
		]);
		expect([...turns!.actor]).toEqual([1, 0, 1, 0]);
		expect([...turns!.offsets]).toEqual([0, 3, 4]);
	});

	it("fixed cuts count the policy's tokens, cuts by probability lie before uncertain ones", () => {
		expect(spans(annotated("fixedCuts", holes, { length: 3 }).batch.steps!)).toEqual([
			[0, 4],
			[4, 5],
		]);
		const sure = batchOf([{ logProbs: [0.95, 0.5, 0.99, 0.5, 0.95].map(Math.log) }]);
		expect(spans(annotated("probabilityCuts", sure).batch.steps!)).toEqual([
			[0, 1],
			[1, 3],
			[3, 5],
		]);
		expect(spans(annotated("probabilityCuts", sure, { interval: 2 }).batch.steps!)).toEqual([
			[0, 1],
			[1, 5],
		]);
	});

	it("a task's steps start where it says that something is observed, with that as their key", () => {
		const task = lake.build(resolveParams(lake.params, { actions: 6 }, ""));
		const item = task.item("train", 0);
		const start = task.env.start(item);
		const response = task.demonstration(item, () => 0.5);
		const mask: number[] = [];
		let state = start;
		for (const token of response) {
			mask.push(task.env.turn(state).actor === "policy" ? 1 : 0);
			state = task.env.step(state, token).state;
		}
		const batch = answers(task, [response], [mask]);
		const stepped = annotated("declaredSteps", batch, {}, of(task)).batch;
		expect(stepped.steps!.start.length).toBe(mask.filter((m) => m === 1).length);
		const keyed = annotated("declaredKeys", stepped, {}, of(task), 1).batch;
		expect(keyed.steps!.stateKeys!.every((key) => /^c\d+$/.test(key!))).toBe(true);
		const full = annotated("declaredKeys", stepped, { key: "state" }, of(task), 1).batch;
		expect(new Set(full.steps!.stateKeys).size).toBe(full.steps!.start.length);
	});
});

describe("state keys from tokens", () => {
	const batch: RolloutBatch = {
		...batchOf([{ tokens: [7, 1, 2, 5] }, { tokens: [8, 1, 2, 5] }, { tokens: [9, 3, 4, 5] }]),
		steps: spansOfRows([
			[
				[0, 1],
				[3, 4],
			],
			[
				[0, 1],
				[3, 4],
			],
			[
				[0, 1],
				[3, 4],
			],
		]),
	};
	const keys = (params: Record<string, unknown>) =>
		annotated("observedKeys", batch, params, {}, 1).batch.steps!.stateKeys!;

	it("back off to what another rollout shares, else to the shortest", () => {
		const [a0, a1, b0, b1, c0, c1] = keys({});
		expect([a0, b0, c0]).toEqual(["0: ", "0: ", "0: "]);
		expect([a1, b1, c1]).toEqual(["2: 1 2", "2: 1 2", "1: 4"]);
	});

	it("are exact with one member, and cut at the longest context", () => {
		expect(keys({ members: 1 })[1]).toBe("3: 7 1 2");
		expect(keys({ members: 1, longest: 1 })[1]).toBe("1: 2");
	});
});

describe("labels, rewards and votes", () => {
	const task = modchain.build(resolveParams(modchain.params, {}, ""));
	const item = task.item("train", 0);
	const good = task.demonstration(item, () => 0.5);
	const bad = good.map((token, t) => (t === 1 ? (token + 1) % 5 : token));
	const batch = annotated(
		"declaredSteps",
		answers(task, [good, bad], [good.map(() => 1), bad.map(() => 1)]),
		{},
		of(task),
	).batch;

	it("say which steps are right, as the task's labels do", () => {
		const { steps } = annotated("declaredLabels", batch, {}, of(task)).batch;
		const labels = [good, bad].flatMap((response) => [...task.stepLabels!(item, response)]);
		expect([...steps!.label!]).toEqual(labels);
		expect([...steps!.reward!]).toEqual(labels.map((l) => (l > 0 ? 1 : 0)));
		expect(new Set(labels)).toEqual(new Set([1, -1]));
	});

	it("of a judge err as often as the binomial says, and not at all when it does not err", () => {
		const many = {
			...batch,
			steps: { ...spansOfRows([Array.from({ length: 4000 }, () => [0, 1])]), label: new Float64Array(4000).fill(1) },
			B: 1,
		};
		const wrong = (params: Record<string, unknown>) => {
			const { votes } = annotated("judgeVotes", many as RolloutBatch, params).batch.steps!;
			return votes!.filter((v) => v!.reduce((a, x) => a + x, 0) * 2 < v!.length).length / 4000;
		};
		expect(wrong({ falseNegative: 0 })).toBe(0);
		// Five votes at 0.2: 0.0579 of majorities; one draw for all: 0.2. Four standard deviations.
		expect(Math.abs(wrong({}) - 0.0579)).toBeLessThanOrEqual(4 * Math.sqrt((0.0579 * 0.9421) / 4000));
		expect(Math.abs(wrong({ correlation: 1 }) - 0.2)).toBeLessThanOrEqual(4 * Math.sqrt(0.16 / 4000));
	});

	it("of steps add up what was paid within them and by the replies after", () => {
		const paid = {
			...batchOf([{ tokens: [1, 2, 3, 4], mask: [1, 0, 1, 0], rewards: [1, 2, 4, 8] }]),
			steps: spansOfRows([
				[
					[0, 1],
					[2, 3],
				],
			]),
		};
		expect([...annotated("stepRewards", paid).batch.steps!.reward!]).toEqual([3, 12]);
	});
});

describe("marks on tokens", () => {
	it("prefixes: how many share one, and where they part", () => {
		const { batch } = annotated(
			"prefixMarks",
			batchOf([{ tokens: [1, 2, 3] }, { tokens: [1, 2, 4] }, { tokens: [5] }, { tokens: [1], group: 1 }]),
		);
		expect(rows(batch, "prefixCount")).toEqual([[2, 2, 1], [2, 2, 1], [1], [1]]);
		expect(rows(batch, "branchPoint")).toEqual([[1, 0, 1], [1, 0, 1], [1], [0]]);
	});

	it("macro actions by perplexity start where −log p rises, of n tokens every n", () => {
		const batch = batchOf([{ logProbs: [-1, -0.5, -0.7, -0.6, -2] }]);
		expect(rows(annotated("perplexityMacros", batch).batch, "macroStart")).toEqual([[1, 0, 1, 0, 1]]);
		expect(rows(annotated("ngramMacros", batch, { lengths: "fixed", n: 2 }).batch, "macroStart")).toEqual([
			[1, 0, 1, 0, 1],
		]);
		const random = annotated("ngramMacros", batchOf([{ length: 60 }])).batch.signals.macroStart!.data;
		const starts = [...random.keys()].filter((t) => random[t] === 1);
		for (const [i, start] of starts.entries()) if (i > 0) expect([1, 2, 3, 5, 10]).toContain(start - starts[i - 1]!);
	});

	it("macro actions by perplexity as released: a token earlier, of the reference", () => {
		// −log p rises at tokens 2 and 4, of the reference at 1.
		const logProbs = [-1, -0.5, -0.7, -0.6, -2];
		const batch = batchOf([{ logProbs }], { refLogProbs: Float64Array.of(-1, -3, -2, -1, -1) });
		const starts = (params: Record<string, unknown>) =>
			rows(annotated("perplexityMacros", batch, params).batch, "macroStart");
		expect(starts({ at: "before" })).toEqual([[1, 1, 0, 1, 0]]);
		expect(starts({ of: "reference" })).toEqual([[1, 1, 0, 0, 0]]);
		expect(starts({ at: "before", of: "reference" })).toEqual([[1, 0, 0, 0, 0]]);
	});

	it("planning tokens as the vocabulary names them", () => {
		const task = strategy.build(resolveParams(strategy.params, {}, ""));
		const response = task.demonstration(task.item("train", 0), () => 0.5);
		const { batch } = annotated("declaredPlanning", answers(task, [response], [response.map(() => 1)]), {}, of(task));
		const wanted = response.map((token) => (task.vocab.kinds![token] === "plan" ? 1 : 0));
		expect(rows(batch, "planning")).toEqual([wanted]);
		expect(wanted).toContain(1);
	});

	it("strategic n-grams are those of many successful rollouts", () => {
		const batch = {
			...batchOf([{ tokens: [1, 2, 9] }, { tokens: [8, 1, 2] }, { tokens: [6, 7, 6] }, { tokens: [1, 2, 5] }]),
			success: Uint8Array.of(1, 1, 0, 0),
		};
		// Bigrams of the two that succeed: "1 2" in both, "2 9" and "8 1" in one each; a fifth of three is one.
		const { batch: marked } = annotated("strategicGrams", batch, { shortest: 2, longest: 2 });
		expect(rows(marked, "planning")).toEqual([
			[1, 1, 0],
			[0, 1, 1],
			[0, 0, 0],
			[1, 1, 0],
		]);
	});

	it("semantic entropy counts the plans of a group", () => {
		const plain = batchOf([{ tokens: [1, 5] }, { tokens: [1, 6] }, { tokens: [2, 5] }, { tokens: [3, 5], group: 1 }]);
		const marked = {
			...plain,
			signals: {
				planning: tokenSignal(plain, [
					[1, 0],
					[1, 0],
					[1, 0],
					[1, 0],
				]),
			},
		};
		const { data } = annotated("strategyEntropy", marked).batch.signals.semanticEntropy!;
		const h = -(2 / 3) * Math.log(2 / 3) - (1 / 3) * Math.log(1 / 3);
		expect(Math.abs(data[0]! - h)).toBeLessThanOrEqual(1e-12);
		expect(data[3]).toBe(0);
	});

	it("entropy at the start of a step is that of its first policy token", () => {
		const plain = batchOf([{ tokens: [1, 2, 3], mask: [0, 1, 1] }]);
		const batch = {
			...plain,
			entropy: Float64Array.of(0, 0.3, 0.7),
			steps: spansOfRows([
				[
					[0, 2],
					[2, 3],
				],
			]),
		};
		expect([...annotated("firstTokenEntropy", batch).batch.signals.firstTokenEntropy!.data]).toEqual([0.3, 0.7]);
	});
});

describe("attention", () => {
	const map = (rows: readonly (readonly number[])[]) =>
		rows.flatMap((row) => [...row, ...new Array(rows.length - row.length).fill(0)]);
	const near = map([[1], [0.3, 0.7], [0, 0.2, 0.8]]);
	const far = map([[1], [0.6, 0.4], [0.7, 0.1, 0.2]]);
	const policy = { attention: () => [{ N: 3, promptLength: 1, layers: [[far, near]] }] } as unknown as NonNullable<
		Sources["policy"]
	>;
	const batch = batchOf([{ length: 2 }]);

	it("splits heads by how far they look from the response, and reads both numbers there", () => {
		const { batch: read, cost } = annotated("attentionFlow", batch, { window: 1, to: 1 }, { policy });
		// The near head: token 1 looks 0.3·1 back, token 2 0.2·1. The far head: token 2 gives token 1 a weight of 0.1.
		expect(distance(rows(read, "waad"), [[0.3, 0.2]])).toBeLessThanOrEqual(1e-12);
		expect(distance(rows(read, "fai"), [[0.1, 0]])).toBeLessThanOrEqual(1e-12);
		expect(cost).toEqual({ extraTokens: 0, modelCalls: 1 });
		// Within the response the heads change places: 0.1·1 back is nearer than 0.2·1.
		const alone = annotated("attentionFlow", batch, { window: 1, to: 1, keys: "response" }, { policy }).batch;
		expect(distance(rows(alone, "waad"), [[0, 0.1]])).toBeLessThanOrEqual(1e-12);
	});

	it("marks the card's preplan and anchor tokens", () => {
		const plain = batchOf([{ length: 8 }]);
		const signals = {
			waad: tokenSignal(plain, [[0, 0.3, 0.2, 0.7, 2.1, 0.5, 0.4, 2.1]]),
			fai: tokenSignal(plain, [[0.633333, 0.066667, 0.066667, 0.066667, 0.5, 0.05, 0.1, 0]]),
		};
		const { batch: marked } = annotated("attentionMarks", { ...plain, signals });
		expect(rows(marked, "preplan")).toEqual([[0, 0, 0, 1, 1, 0, 1, 0]]);
		expect(rows(marked, "anchor")).toEqual([[1, 0, 0, 0, 1, 0, 1, 0]]);
	});

	it("marks no anchor where no later token looks", () => {
		const plain = batchOf([{ length: 4 }, { length: 3 }]);
		const signals = {
			waad: tokenSignal(plain, [
				[0, 0, 0, 0],
				[0, 0, 0],
			]),
			fai: tokenSignal(plain, [
				[0, 0.5, 0, 0],
				[0, 0, 0],
			]),
		};
		const { batch: marked } = annotated("attentionMarks", { ...plain, signals }, { share: 0.8 });
		expect(rows(marked, "anchor")).toEqual([
			[0, 1, 0, 0],
			[0, 0, 0],
		]);
	});
});

it("a prompt's budget is what the task says that it names", () => {
	const task = anytime.build(resolveParams(anytime.params, { pay: "budget" }, ""));
	const { batch } = annotated("declaredBudget", answers(task, [[0]], [[1]]), {}, of(task));
	const name = task.vocab.tokens[task.item("train", 0).prompt.find((id) => /^B\d/.test(task.vocab.tokens[id]!))!]!;
	expect([...batch.signals.budget!.data]).toEqual([Number(name.slice(1))]);
});

it("values make a potential, unknown ones 0", () => {
	const batch = batchOf([{ values: [0.5, Number.NaN] }]);
	expect(rows(annotated("valuePotential", batch).batch, "potential")).toEqual([[0.5, 0]]);
});

it("continuations are asked once for a prefix that rollouts share, and not beyond the budget", () => {
	const asked: number[] = [];
	const policy = {
		branch: ({ points, children }: { points: readonly { at: number }[]; children: number }) => {
			asked.push(points.length);
			return {
				returns: Float64Array.from({ length: points.length * children }, (_, i) => i),
				success: new Uint8Array(0),
				tokens: 5,
			};
		},
	} as unknown as NonNullable<Sources["policy"]>;
	const batch = batchOf([{ tokens: [1, 2, 3] }, { tokens: [1, 9, 3] }, { tokens: [1, 2, 3], group: 1 }]);
	const { batch: valued, cost } = annotated("branchedValues", batch, { children: 2 }, { policy });
	expect(
		distance(ragged(valued, valued.values!), [
			[0.5, 2.5, 4.5],
			[0.5, 2.5, 6.5],
			[8.5, 10.5, 12.5],
		]),
	).toBe(0);
	expect(cost).toEqual({ extraTokens: 5, modelCalls: 14 });
	// Nine tokens and a budget of 1: the first point may cost 2·3, the next 2·2 would be too much.
	const poor = annotated("branchedValues", batch, { children: 2, budget: 1 }, { policy }).batch;
	expect(asked).toEqual([7, 1]);
	expect(ragged(poor, poor.values!)[0]![1]).toBeNaN();
});

it("a task knows its keys of the chain, and rollouts of other prompts have none", () => {
	const task = keychain.build(resolveParams(keychain.params, { steps: 3 }, ""));
	const good = answers(task, [[0, 2, 4, 2, 5]], [[1, 1, 0, 1, 0]]);
	const turns = annotated("turnSpans", good).batch;
	expect(annotated("declaredKeys", turns, {}, of(task)).batch.turns!.stateKeys).toEqual([
		"step 0",
		null,
		"step 2",
		null,
	]);
	const other = { ...turns, promptTokens: Int32Array.of(3) };
	expect(annotated("declaredKeys", other, {}, of(task)).batch.turns!.stateKeys).toEqual([null, null, null, null]);
});

it("every provider is told apart, and a preset's spec may name any", () => {
	expect(new Set(PROVIDERS.map(({ id }) => id)).size).toBe(PROVIDERS.length);
	const spec = { ...findPreset("keydoor").spec, signals: Object.fromEntries(PROVIDERS.map(({ id }) => [id, {}])) };
	expect(resolveSpec(spec, REGISTRIES).signals!.branchedValues).toEqual({ children: 9, budget: 0, temperature: 0 });
	expect(openSpec(spec).spec.signals).toBeDefined();
});
