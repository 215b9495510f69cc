import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { METHODS } from "../engine/credit/registry";
import { readPolicies } from "../engine/formats/policies";
import { readRecording } from "../engine/formats/recording";
import type { RolloutBatch } from "../engine/rollouts/batch";
import { taskSource } from "../engine/signals/taskSource";
import { PRESETS } from "../engine/spec/presets";
import { openSpec } from "../engine/spec/registries";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import type { RunEvent } from "../engine/training/events";
import type { TrainingPlan } from "../engine/training/executor";
import { objectiveOf } from "../engine/training/objective";
import { Run } from "../engine/training/run";
import { BatchPolicy } from "./batchPolicy";
import { Lab } from "./lab";
import type { CreditAnswer } from "./labApi";
import { openedTask } from "./openedTask";

const preset = PRESETS[0]!;
const STRATEGIES = ["coupled", "preplan", "anchor"] as const;

/** Trains with attention credit, in whose last rollouts the numbers are what training computed. */
async function trained(strategy: string) {
	const { spec, task } = openSpec({
		...preset.spec,
		model: { ...preset.spec.model, layers: 2, width: 16, heads: 2 },
		rollout: { ...preset.spec.rollout, prompts: 2, groupSize: 8, temperature: 0.8 },
		method: { id: "attentionCredit", params: { strategy } },
		signals: { attentionFlow: { window: 4 } },
		evaluation: { every: 0, prompts: 1 },
		warmStart: null,
		steps: 3,
	});
	const events: RunEvent[] = [];
	const run = new Run({
		spec,
		task,
		createExecutor: async (plan: TrainingPlan) => new CpuExecutor(plan, objectiveOf(plan)),
		host: { now: () => 0, breathe: async () => {} },
		onEvent: (event) => void events.push(event),
	});
	await run.execute();
	const { batch, credit } = events.findLast((event) => event.type === "rollouts")!;
	const unannotated: RolloutBatch = { ...batch, signals: {} };
	return { spec, batch: unannotated, credit, parameters: (await run.policyOf(3))! };
}

const numbersOf = (answer: CreditAnswer | undefined) => {
	if (!answer?.ok) throw new Error(answer?.reason ?? "no answer");
	return answer.credit;
};
const farthest = (a: Float64Array, b: Float64Array) => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)));

describe("with the policy that wrote the rollouts", () => {
	it.each(STRATEGIES)("attention credit (%s) is what training computed, in every term", async (strategy) => {
		const { spec, batch, credit, parameters } = await trained(strategy);
		const lab = new Lab();
		const choice = { id: "attentionCredit", params: { strategy } };
		const [refused] = await lab.credit(spec, batch, [choice]);
		expect(refused).toMatchObject({
			ok: false,
			readsPolicy: true,
			reason: expect.stringContaining(
				"which the policy that wrote the rollouts (at hand in training and in recordings) would provide",
			),
		});
		const [answer] = await lab.credit(spec, batch, [choice], parameters);
		expect(answer?.readsPolicy).toBe(true);
		const found = numbersOf(answer);
		expect(Math.max(...credit.advantage)).toBeGreaterThan(0.1);
		expect(farthest(found.advantage, credit.advantage)).toBeLessThanOrEqual(1e-6);
		expect(Object.keys(found.terms)).toEqual(Object.keys(credit.terms));
		for (const [name, term] of Object.entries(credit.terms))
			expect(farthest(found.terms[name]!, term)).toBeLessThanOrEqual(1e-6);
		expect(found.cost).toEqual(credit.cost);
		// Another policy looks elsewhere.
		const other = parameters.map((p, i) => p + 0.3 * Math.sin(i));
		const [elsewhere] = await lab.credit(spec, batch, [choice], other);
		expect(farthest(numbersOf(elsewhere).advantage, credit.advantage)).toBeGreaterThan(0.01);
	});

	it("tokens have the log-probabilities and entropies at which they were sampled", async () => {
		const { spec, batch, parameters } = await trained("coupled");
		const { task, model, pool } = openedTask(spec);
		const source = taskSource(task, pool.train);
		const scorer = { model, parameters: Float64Array.from(parameters), temperature: 0.8, task: source };
		const policy = await BatchPolicy.of(scorer, batch, async () => undefined);
		expect(farthest(policy.logProbs("policy"), batch.logProbs!)).toBeLessThanOrEqual(1e-6);
		expect(farthest(policy.entropy(), batch.entropy!)).toBeLessThanOrEqual(1e-6);
		expect(() => policy.logProbs("reference")).toThrow("reference policy is not at hand");
		const elsewhere = await BatchPolicy.of({ ...scorer, task: undefined }, batch, async () => undefined);
		expect(() => elsewhere.entropy()).toThrow("its prompt is none of the task's");
	});

	it("the arithmetic of one token ends in the number that was answered", async () => {
		const { spec, batch, credit, parameters } = await trained("coupled");
		const trace = await new Lab().trace(batch, { id: "attentionCredit", params: {} }, 1, 2, { spec, parameters });
		expect(Math.abs(trace.value - credit.advantage[batch.T + 2]!)).toBeLessThanOrEqual(1e-6);
	});

	it("it is neither read nor told of where a method does without it, and methods that sample on say so", async () => {
		const { spec, batch } = await trained("coupled");
		const ids = ["grpo", "vinePpo", "remax", "vTrace"];
		const answers = await new Lab().credit(spec, batch, ids, new Float32Array(1));
		expect(answers.map(({ ok, readsPolicy }) => [ok, readsPolicy])).toEqual([
			[true, undefined],
			[false, undefined],
			[false, undefined],
			[false, undefined],
		]);
		for (const answer of answers.slice(1))
			expect(answer).toMatchObject({
				reason: expect.stringContaining("fresh rollouts of the policy (sampled in training) would provide."),
			});
	});

	it("passes that were cancelled leave their methods out, those that answered stay", async () => {
		const { spec, batch, parameters } = await trained("coupled");
		const lab = new Lab();
		const asked = lab.credit(spec, batch, ["rloo", "attentionCredit"], parameters);
		await lab.cancelPasses();
		expect((await asked).map(({ method }) => method)).toEqual(["rloo"]);
		expect(await lab.credit(spec, batch, ["rloo", "attentionCredit"], parameters)).toHaveLength(2);
	});
});

describe("a recording", () => {
	let answers: CreditAnswer[];
	beforeAll(async () => {
		const file = (kind: string) => gunzipSync(readFileSync(`public/datasets/keydoor@1.${kind}`));
		const { spec, frames, opening } = readRecording(file("recording"), "recording");
		const parameters = readPolicies(file("policies"), "policies").of(opening);
		answers = await new Lab().credit(
			spec,
			frames[opening]!.batch,
			METHODS.map(({ id }) => id),
			parameters,
		);
	});

	it("is answered by all methods but those that ask for a budget or fresh rollouts", () => {
		expect(answers.flatMap((a) => (a.ok ? [] : [a.method]))).toEqual(["hbpo", "remax"]);
		expect(answers.flatMap((a) => (a.readsPolicy ? [a.method] : []))).toEqual(["attentionCredit", "vTrace"]);
	});
});
