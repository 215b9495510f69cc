import docstrings from "virtual:docstrings";
import { expect, it } from "vitest";
import { METHODS } from "../../engine/credit/registry";
import { REWARD_WRITERS } from "../../engine/credit/rewards/registry";
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
	expect(placeOf("rankGrpo")).toMatchObject({ source: "steps, states or marks", needs: ["rewards of steps"] });
	const judged = mappedMethods().flatMap(({ id, judge }) => (judge ? [id] : []));
	expect(judged).toEqual(["grpoProcess", "pure"]);
	expect(mappedMethods().length).toBe(METHODS.length);
});

const docOf = (kind: string, id: string) => docText(docstrings[`${kind} ${id}`] ?? "");
const partsOf = (kind: string, id: string) => docOf(kind, id).parts.map(({ name }) => name);
const SOURCED = [
	...METHODS.map((entry) => ({ kind: "method", ...entry })),
	...REWARD_WRITERS.map((entry) => ({ ...entry, kind: "reward" })),
	...LOSSES.map((entry) => ({ kind: "loss", ...entry })),
];

it("every method, reward writer, task and loss has its docstring; all but tasks name a source", () => {
	for (const { id } of TASKS) expect(docOf("task", id).sentence, id).not.toBe("");
	for (const { kind, id } of SOURCED) {
		expect(docOf(kind, id).sentence, id).not.toBe("");
		expect(partsOf(kind, id), id).toContain("Source");
		if (kind === "reward") expect(docOf(kind, id).body.join(), id).toContain("r'_t = ");
	}
});

it("entries of one name have each their own", () => {
	expect(docOf("method", "rudder").sentence).not.toBe(docOf("reward", "rudder").sentence);
	expect(docOf("method", "reinforce").sentence).toContain("REINFORCE with a baseline");
	expect(docOf("loss", "reinforce").sentence).toContain("The score function");
});

it("what was not checked against its source says so", () => {
	for (const { kind, id, source } of SOURCED)
		if (source.verification === "not verified") expect(partsOf(kind, id), id).toContain("Not verified");
});
