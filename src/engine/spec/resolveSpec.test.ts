import { describe, expect, test } from "vitest";
import { coinSpec } from "../../testing/coinTask";
import type { ParamTable } from "./params";
import { type Registries, resolveSpec } from "./resolveSpec";

const noise: ParamTable = {
	noise: { type: "number", default: 0.5, min: 0, max: 1, unit: "", label: "Noise", help: "" },
};
const registries: Registries = {
	tasks: [{ id: "coin", params: noise }],
	methods: [{ id: "grpo", params: {} }],
	losses: [{ id: "ppo", params: {} }],
	rewards: [{ id: "tax", params: noise }],
};

describe("names in an experiment", () => {
	test("are looked up, and their parameters completed", () => {
		expect(resolveSpec(coinSpec(), registries).task).toEqual({ id: "coin", params: { noise: 0.5 } });
	});
	test("of reward writers, too, in order", () => {
		const method = { id: "grpo", rewards: [{ id: "tax" }, { id: "tax", params: { noise: 1 } }] };
		expect(resolveSpec(coinSpec({ method }), registries).method).toEqual({
			id: "grpo",
			params: {},
			rewards: [
				{ id: "tax", params: { noise: 0.5 } },
				{ id: "tax", params: { noise: 1 } },
			],
		});
	});
	test.each([
		[{ method: { id: "grpo", rewards: [{ id: "x" }] } }, /There is no reward writer "x"; there are tax\./],
		[{ method: { id: "grpo", rewards: [{ id: "tax", params: { noise: 2 } }] } }, /reward writer tax noise is 2/],
		[{ task: { id: "dice" } }, /There is no task "dice"; there are coin\./],
		[{ method: { id: "x" } }, /There is no method "x"; there are grpo\./],
		[{ loss: { id: "x" } }, /There is no loss "x"/],
		[{ probes: ["grpo", "y"] }, /There is no method "y"/],
		[{ task: { id: "coin", params: { noise: 3 } } }, /task coin noise is 3; it must be a number from 0 to 1/],
		[{ method: { id: "grpo", params: { k: 1 } } }, /method grpo has no parameter "k"/],
	])("%j are refused in one sentence", (change, message) => {
		expect(() => resolveSpec(coinSpec(change), registries)).toThrow(message);
	});
});
