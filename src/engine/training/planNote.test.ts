import { expect, it } from "vitest";
import { coinSpec } from "../../testing/coinTask";
import { openSpec } from "../spec/registries";
import { planOf } from "./plan";
import { planNote } from "./planNote";

const alone = (id: string, params: Record<string, unknown> = {}, groupSize = 1) => {
	const spec = coinSpec();
	return { ...spec, method: { id, params }, rollout: { ...spec.rollout, groupSize } };
};

it("tells of methods that give a rollout without siblings nothing", () => {
	for (const id of ["grpo", "rloo", "dapo", "drGrpo", "opo", "reinforcePlusPlusBaseline"])
		expect(planNote(alone(id)), id).toMatch(
			/compares rollouts of one prompt, and every group has one: all credit is 0/,
		);
	// Reads attention: its traits answer.
	expect(planNote(alone("attentionCredit"))).toMatch(/^Attention credit compares/);
});

it("says nothing where there is credit, or a sibling", () => {
	expect(planNote(alone("grpo", {}, 2))).toBe("");
	for (const [id, params] of [
		["reinforce", {}],
		["grpo", { singleton: "raw" }],
		["gae", {}],
	] as const)
		expect(planNote(alone(id, params)), id).toBe("");
});

it("refuses options that do not fit together before anything is compiled", () => {
	const spec = { ...alone("dapo", { maxLength: 8 }, 2), task: { id: "keydoor", params: {} } };
	expect(() => openSpec(spec)).toThrow(/buffer is 4096; it must be at most maxLength, 8/);
});

it("puts the penalty of a method into what a value head learns only where the method reads values", () => {
	const planned = (id: string) => {
		const spec = alone(id, { klCoef: 0.1 }, 2);
		const { task, spec: opened } = openSpec({
			...spec,
			task: { id: "keydoor", params: {} },
			model: { ...spec.model, valueHead: true },
		});
		return planOf(opened, task).critic?.klCoef;
	};
	expect(planned("gae")).toBe(0.1);
	expect(planned("rloo")).toBe(0);
});
