import { describe, expect, it } from "vitest";
import { initParameters, toFloat32 } from "../model/parameters";
import { findPreset } from "../spec/presets";
import { openSpec } from "../spec/registries";
import { modelOf } from "../training/plan";
import { scoreMethods } from "./methodScores";

const base = findPreset("keydoor@1").spec;

function ask(methods: readonly string[], signals?: Record<string, Record<string, unknown>>) {
	const { spec, task } = openSpec({
		...base,
		task: { id: "keydoor", params: { distractors: 2 } },
		model: { ...base.model, layers: 1, width: 16, heads: 2 },
		...(signals ? { signals } : {}),
	});
	const parameters = toFloat32(initParameters(modelOf(spec, task), 5).map((v) => 3 * v));
	return scoreMethods({ spec, task, parameters, prompts: 3, groupSize: 8, methods, mode: "enumerate" });
}

describe("methods held against the exact advantage", () => {
	it("come nearer with more continuations, and pay for them", async () => {
		const at = async (children: number) => {
			const [score] = await ask(["vinePpo"], { branchedValues: { children } });
			if (!score?.ok) throw new Error("VinePPO could not be asked");
			return { correlation: score.fidelity!.correlation.value, cost: score.cost };
		};
		const [few, many] = [await at(2), await at(64)];
		expect(many.correlation).toBeGreaterThan(few.correlation);
		expect(many.correlation).toBeGreaterThanOrEqual(0.8);
		expect(many.cost - 1).toBeCloseTo(32 * (few.cost - 1), 6);
	});

	it("cost nothing more where they read nothing more, and give a reason where something is missing", async () => {
		const [grpo, hbpo] = await ask(["grpo", "hbpo"]);
		expect(grpo).toMatchObject({ ok: true, cost: 1 });
		expect(hbpo).toMatchObject({ ok: false, reason: expect.stringContaining("budget") });
	});
});
