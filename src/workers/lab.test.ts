import { describe, expect, it } from "vitest";
import { Rng } from "../engine/core/rng";
import { initParameters, toFloat32 } from "../engine/model/parameters";
import { modelPolicy } from "../engine/oracle/modelPolicy";
import { askOracle } from "../engine/oracle/oracle";
import { PRESETS } from "../engine/spec/presets";
import { openSpec } from "../engine/spec/registries";
import { pick, respond } from "../engine/tasks/walk";
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
