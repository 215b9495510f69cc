import { describe, expect, it } from "vitest";
import { MissingSignal } from "../core/errors";
import { METHODS } from "../credit/registry";
import { REWARD_WRITERS } from "../credit/rewards/registry";
import type { ExperimentSpec } from "../spec/experiment";
import { findPreset } from "../spec/presets";
import { openSpec } from "../spec/registries";
import { signalsOf } from "./objective";
import { originsOf } from "./origins";
import { planOf } from "./plan";

const { spec, task } = openSpec(findPreset("keydoor@1").spec);
const behind = (writer: string, change: Partial<ExperimentSpec> = {}) =>
	originsOf(
		{ ...spec, ...change, method: { id: "rloo", params: {}, rewards: [{ id: writer, params: {} }] } },
		task,
	).writers.map((origins) =>
		origins.map(({ what, from, by }) => [what, from, by.map(({ title }) => title).join(" > ")]),
	);
const ofMethod = (id: string) => originsOf({ ...spec, method: { id, params: {} } }, task).method;

describe("where writers of rewards read from in training", () => {
	it("is told for all of them on a task that pays nothing but its outcome", () => {
		expect(Object.fromEntries(REWARD_WRITERS.map(({ id }) => [id, behind(id)[0]]))).toEqual({
			ircr: [],
			klPenalty: [
				["log-probabilities of the behaviour policy", "the policy as it samples", ""],
				["log-probabilities of a reference policy", "the frozen reference policy", ""],
			],
			potentialShaping: [
				[
					"potential of the prefix before each token",
					"fresh rollouts of the policy",
					"Monte-Carlo values > Values as potential",
				],
			],
			returnDecomposition: [["learned reward of each token", "this batch", "Return decomposition by regression"]],
			rudder: [["predicted return after each token", "this batch", "Return prediction by prefix regressions"]],
			syntheticReturns: [["contribution of each token to later rewards", "this batch", "Contributions by regression"]],
		});
	});

	it("follows the settings: a value head makes the potential, unless fresh rollouts are asked for by name", () => {
		const model = { ...spec.model, valueHead: true };
		expect(behind("potentialShaping", { model })).toEqual([
			[["potential of the prefix before each token", "the value head", "Values as potential"]],
		]);
		expect(behind("potentialShaping", { model, signals: { branchedValues: {} } })[0]![0]![1]).toBe(
			"fresh rollouts of the policy",
		);
	});
});

describe("where methods read from in training", () => {
	it("names the task where it cuts steps and judges them", () => {
		expect(ofMethod("pure")).toMatchObject([
			{
				what: "rewards of steps",
				from: "the task",
				by: [{ title: "Steps of the task" }, { title: "Step labels of the task" }],
				missing: "",
			},
		]);
	});

	it("says in one sentence what no setting here gives", () => {
		expect(ofMethod("hbpo").map(({ missing }) => missing)).toEqual([
			"",
			"Missing: announced number of tokens, which a task whose prompts name a budget (anytime with pay=budget) would provide.",
		]);
	});

	const plan = planOf(spec, task);
	it.each(METHODS.map(({ id }) => id))("%s: something is missing just where training would refuse", (id) => {
		const isMissing = ofMethod(id).some(({ missing }) => missing !== "");
		const start = () => signalsOf({ ...plan, method: { id, params: {} } });
		if (isMissing) expect(start).toThrow(MissingSignal);
		else expect(start).not.toThrow();
	});
});
