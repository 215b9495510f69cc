import docstrings from "virtual:docstrings";
import { expect, it } from "vitest";
import { METHODS } from "../../engine/credit/registry";
import { LOSSES } from "../../engine/losses/registry";
import { TASKS } from "../../engine/tasks/registry";
import { docText } from "./docText";
import { mappedMethods } from "./methodMap";

const placeOf = (id: string) => mappedMethods().find((m) => m.id === id);

it("places methods by what they read", () => {
	expect(placeOf("grpo")).toMatchObject({ unit: "rollout", source: "rollouts alone", extra: "none", judge: false });
	expect(placeOf("gae")).toMatchObject({ unit: "token", source: "values of prefixes", offPolicy: false });
	expect(placeOf("pure")).toMatchObject({ source: "a judge of steps", judge: true });
	expect(placeOf("vTrace")).toMatchObject({ source: "values of prefixes", offPolicy: true });
	expect(placeOf("rudder")).toMatchObject({ source: "another model", extra: "a model's signal" });
	expect(mappedMethods().length).toBe(METHODS.length);
});

it("every method, task and loss has its docstring; methods and losses name a source", () => {
	for (const entry of TASKS) expect(docText(docstrings[entry.id] ?? "").sentence, entry.id).not.toBe("");
	for (const entry of [...METHODS, ...LOSSES]) {
		const { sentence, parts } = docText(docstrings[entry.id] ?? "");
		expect(sentence, entry.id).not.toBe("");
		expect(
			parts.map((p) => p.name),
			entry.id,
		).toContain("Source");
	}
});
