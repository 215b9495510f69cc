import { describe, expect, it } from "vitest";
import { Rng } from "../engine/core/rng";
import { initParameters, toFloat32 } from "../engine/model/parameters";
import { modelPolicy } from "../engine/oracle/modelPolicy";
import { askOracle } from "../engine/oracle/oracle";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { PRESETS } from "../engine/spec/presets";
import { openSpec } from "../engine/spec/registries";
import { pick, play, respond } from "../engine/tasks/walk";
import { modelOf } from "../engine/training/plan";
import { makeBatch } from "../testing/fakeTrainer";
import { Lab } from "./lab";
import type { ExactQuestion } from "./labApi";

it("answers for each method in order: credit that adds up, or one sentence", async () => {
	const { batch } = makeBatch({ groups: 2, size: 4 });
	const spec = PRESETS[0]?.spec;
	if (!spec) throw new Error("There is no preset.");
	const answers = await new Lab().credit(spec, batch, ["rloo", "nonsense", "grpo"]);
	expect(answers.map((a) => [a.method, a.ok])).toEqual([
		["rloo", true],
		["nonsense", false],
		["grpo", true],
	]);
	expect(answers[1]).toMatchObject({ reason: expect.stringContaining('no method "nonsense"') });
	for (const answer of answers)
		if (answer.ok)
			for (let i = 0; i < batch.B * batch.T; i++) {
				const sum = Object.values(answer.credit.terms).reduce((total, term) => total + (term[i] as number), 0);
				expect(Math.abs(sum - (answer.credit.advantage[i] as number))).toBeLessThanOrEqual(1e-12);
			}
});

it("says of a method that cannot answer what is missing and what would provide it", async () => {
	const { batch } = makeBatch({ groups: 2, size: 4 });
	const reasons = async (spec: ExperimentSpec) =>
		(await new Lab().credit(spec, batch, ["hbpo", "remax"])).map((answer) => (answer.ok ? "" : answer.reason));
	const greedy =
		"return of the greedy rollout of the same prompt, which fresh rollouts of the policy (sampled in training)";
	const spec = PRESETS[0]?.spec;
	if (!spec) throw new Error("There is no preset.");
	expect(await reasons(spec)).toEqual([
		"Missing: announced number of tokens, which a task whose prompts name a budget (anytime with pay=budget) would provide.",
		`Missing: ${greedy} would provide.`,
	]);
	expect((await reasons({ ...spec, task: { id: "of a file", params: {} } }))[1]).toBe(
		`Missing: ${greedy} or rollouts with the field “signals.greedyReturn” would provide.`,
	);
});

/** Rollouts of random moves of one prompt, valued under the initial policy of an experiment. */
function exactScene(task: { id: string; params: Record<string, unknown> }, count: number) {
	const base = PRESETS[0]?.spec;
	if (!base) throw new Error("There is no preset.");
	const given = { ...base, task, model: { ...base.model, layers: 1, width: 16, heads: 2 } };
	const { spec, task: built } = openSpec(given);
	const model = modelOf(spec, built);
	const parameters = toFloat32(initParameters(model, 7));
	const item = built.item("train", 1);
	const rng = Rng.of(1).fork("lab");
	const random = () => rng.uniform();
	const responses = Array.from({ length: count }, () =>
		respond(built.env, item, (_, legal) => pick(legal, random), random),
	);
	const question: ExactQuestion = {
		spec,
		parameters,
		prompt: Int32Array.from(item.prompt),
		responses: responses.map((r) => Int32Array.from(r)),
	};
	return { question, task: built, item, responses, policy: modelPolicy(model, Float64Array.from(parameters), 1) };
}

describe("exact values", () => {
	it("are those of the policy given, for each response in order", async () => {
		const { question, task, item, responses, policy } = exactScene({ id: "keydoor", params: { distractors: 2 } }, 4);
		const answer = await new Lab().exact(question, () => undefined);
		if (!answer.ok) throw new Error(answer.reason);
		expect([answer.mode, answer.uncertainty]).toEqual(["enumerate", 0]);
		expect(answer.truths).toEqual(await askOracle("enumerate", { task, item, responses, policy }));
	});

	it("of a large task are searched or sampled, and say how sure they are", async () => {
		const { question } = exactScene({ id: "modchain", params: { n: 8 } }, 2);
		const answer = await new Lab().exact(question, () => undefined);
		if (!answer.ok) throw new Error(answer.reason);
		expect(answer.mode).not.toBe("enumerate");
		expect(answer.uncertainty).toBeGreaterThan(0);
		expect(answer.uncertainty).toBeLessThanOrEqual(1);
	});

	it("are refused in one sentence for a prompt from elsewhere, and when stopped or overtaken", async () => {
		const { question } = exactScene({ id: "modchain", params: { n: 6 } }, 1);
		const lab = new Lab();
		expect(await lab.exact({ ...question, prompt: Int32Array.of(0) }, () => undefined)).toMatchObject({
			ok: false,
			reason: expect.stringContaining("none of the task's"),
		});
		const steps: number[] = [];
		const stopped = lab.exact(question, ({ prefixes }) => {
			steps.push(prefixes);
			void lab.cancelExact();
		});
		expect(await stopped).toEqual({ ok: false, reason: "Stopped before it was known." });
		expect(steps).toHaveLength(1);
		const overtaken = lab.exact(question, () => undefined);
		const newest = lab.exact(question, () => undefined);
		expect((await overtaken).ok).toBe(false);
		expect((await newest).ok).toBe(true);
	});
});

describe("attention", () => {
	it("of a rollout: rows that add up to one and look at nothing later, and its rhythm", async () => {
		const { question } = exactScene({ id: "keydoor", params: { distractors: 2 } }, 1);
		const [response] = question.responses as [Int32Array];
		const mask = new Uint8Array(response.length).fill(1);
		const answer = await new Lab().attention({ ...question, response, mask });
		const { N, maps, layers, heads, promptLength } = answer;
		expect([layers, heads, promptLength, N]).toEqual([1, 2, 3, 3 + response.length]);
		for (let row = 0; row < heads * N; row++) {
			const t = row % N;
			const weights = maps.subarray(row * N, (row + 1) * N);
			expect(Math.abs(weights.reduce((a, w) => a + w, 0) - 1)).toBeLessThanOrEqual(1e-6);
			expect(Math.max(0, ...weights.subarray(t + 1))).toBe(0);
		}
		expect(answer.rhythm.waad).toHaveLength(response.length);
	});
});

describe("branching", () => {
	it("tells of the value as it becomes known, and agrees with the oracle", async () => {
		const { question, task, item, responses, policy } = exactScene({ id: "keydoor", params: { distractors: 2 } }, 1);
		const prefix = Int32Array.from((responses[0] as number[]).slice(0, 3));
		const news: number[] = [];
		const answer = await new Lab().branch({ ...question, prefix, samples: 256, seed: 1 }, (n) =>
			news.push(n.values.length),
		);
		expect(news).toEqual(Array.from({ length: 15 }, (_, k) => 16 * (k + 1)));
		const [truth] = await askOracle("enumerate", { task, item, responses, policy });
		const last = answer.values.at(-1);
		const before = play(task.env, item, Array.from(prefix)).total;
		expect(last?.lo).toBeLessThanOrEqual(before + (truth?.V[3] ?? Number.NaN));
		expect(last?.hi).toBeGreaterThanOrEqual(before + (truth?.V[3] ?? Number.NaN));
		expect(answer.continuations).toHaveLength(256);
	});

	it("goes on at another temperature where one is asked for: cold ways on are all alike", async () => {
		const { question } = exactScene({ id: "keydoor", params: { distractors: 2 } }, 1);
		const asked = { ...question, prefix: new Int32Array(0), samples: 32, seed: 1 };
		const different = async (temperature?: number) => {
			const { continuations } = await new Lab().branch(
				{ ...asked, ...(temperature ? { temperature } : {}) },
				() => undefined,
			);
			return new Set(continuations.map(({ tokens }) => tokens.join())).size;
		};
		expect(await different(question.spec.rollout.temperature)).toBe(await different());
		expect(await different(0.05)).toBeLessThan(await different());
		await expect(new Lab().branch({ ...asked, temperature: 0 }, () => undefined)).rejects.toThrow("from 0.05 to 5");
	});

	it("ends with what it has when stopped, and refuses what cannot be", async () => {
		const { question } = exactScene({ id: "keydoor", params: {} }, 1);
		const lab = new Lab();
		const asked = { ...question, prefix: new Int32Array(0), samples: 4096, seed: 1 };
		const stopped = await lab.branch(asked, () => void lab.cancelBranch());
		expect(stopped.continuations.length).toBeLessThanOrEqual(32);
		await expect(lab.branch({ ...asked, samples: 0 }, () => undefined)).rejects.toThrow("Between 1 and 4096");
		await expect(lab.branch({ ...asked, prompt: Int32Array.of(0) }, () => undefined)).rejects.toThrow(
			"none of the task's",
		);
	});
});

describe("trees", () => {
	it("merge rollouts by the states that their task names", async () => {
		const { question, responses } = exactScene({ id: "keydoor", params: { distractors: 2 } }, 6);
		const T = Math.max(...responses.map((r) => r.length));
		const batch = {
			...makeBatch({ groups: 1, size: 6, T }).batch,
			tokens: Int32Array.from(responses.flatMap((r) => [...r, ...new Array(T - r.length).fill(0)])),
			lengths: Int32Array.from(responses, (r) => r.length),
			promptTokens: Int32Array.from({ length: 18 }, (_, i) => question.prompt[i % 3] as number),
			promptOffsets: Int32Array.from({ length: 7 }, (_, b) => 3 * b),
		};
		const asked = { spec: question.spec, batch, members: [0, 1, 2, 3, 4, 5], numbers: { exact: null, credit: null } };
		const states = await new Lab().tree({ ...asked, merge: "state" });
		expect((states.names ?? []).filter((name) => name !== null).sort()).toEqual(["door", "move 0", "move 1"]);
		expect(states.count[0]).toBe(18);
		const prefixes = await new Lab().tree({ ...asked, merge: "prefix" });
		expect(prefixes.count[0]).toBe(6);
		const elsewhere = { ...asked, batch: { ...batch, promptTokens: new Int32Array(18) } };
		await expect(new Lab().tree({ ...elsewhere, merge: "state" })).rejects.toThrow("which state");
	});
});

it("pays a token otherwise and annotates a step otherwise: the method that trains answers again", async () => {
	const spec = PRESETS[0]!.spec;
	const { batch } = makeBatch({ groups: 1, size: 4 });
	const lab = new Lab();
	const paid = await lab.edit(spec, batch, { rollout: 0, token: 0, reward: 10 });
	expect(paid.batch.returns[0]).toBe(10 + batch.returns[0]! - batch.rewards[0]!);
	const [before] = await lab.credit(spec, batch, ["grpo"]);
	expect(paid.credit.advantage[0]).not.toBe(before?.ok && before.credit.advantage[0]);
	const judged = await lab.edit(spec, batch, { rollout: 0, token: 0, stepReward: -3 });
	const [pure] = await lab.credit(spec, judged.batch, ["pure"]);
	const [asPaid] = await lab.credit(spec, batch, ["pure"]);
	expect(pure?.ok && asPaid?.ok && pure.credit.advantage[0]! < asPaid.credit.advantage[0]!).toBe(true);
	expect(judged.batch.returns).toEqual(batch.returns);
});
