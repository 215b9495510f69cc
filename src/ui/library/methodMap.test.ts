import docstrings from "virtual:docstrings";
import { expect, it } from "vitest";
import { METHODS } from "../../engine/credit/registry";
import { LOSSES } from "../../engine/losses/registry";
import { TASKS } from "../../engine/tasks/registry";
import { docText } from "./docText";
import { mappedMethods } from "./methodMap";

const placeOf = (id: string) => mappedMethods().find((m) => m.id === id);

it("shows where methods say that they stand, and what they read", () => {
	expect(placeOf("grpo")).toMatchObject({ unit: "rollout", source: "rollouts alone", extra: "none", needs: [] });
	expect(placeOf("vTrace")).toMatchObject({ unit: "token", source: "values of prefixes", offPolicy: true });
	expect(placeOf("rudder")).toMatchObject({ source: "a fit to the batch", extra: "none", offPolicy: false });
	expect(placeOf("remax")).toMatchObject({ source: "a greedy rollout", extra: "a greedy rollout of each prompt" });
	expect(placeOf("rankGrpo")).toMatchObject({ source: "steps, states or marks", needs: ["reward of steps"] });
	const judged = mappedMethods().flatMap(({ id, judge }) => (judge ? [id] : []));
	expect(judged).toEqual(["grpoProcess", "pure"]);
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

it("what was not checked against its source says so", () => {
	for (const { id, source } of [...METHODS, ...LOSSES])
		if (source.verification === "not verified")
			expect(
				docText(docstrings[id] ?? "").parts.map((p) => p.name),
				id,
			).toContain("Not verified");
});
