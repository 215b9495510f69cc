import { describe, expect, test } from "vitest";
import { applyChanges, changesBetween, type ParamTables, type SpecChanges } from "./changes";
import type { ExperimentSpec } from "./experiment";
import type { ParamTable } from "./params";
import { PRESETS } from "./presets";

const number = { type: "number", default: 0.5, min: 0, max: 1, unit: "", label: "Lambda", help: "" } as const;
const size = { type: "integer", default: 4, min: 1, max: 8, unit: "", label: "Size", help: "" } as const;
const table = (tables: Record<string, ParamTable>) => (id: string) =>
	Object.hasOwn(tables, id) ? tables[id] : undefined;
const base: ExperimentSpec = {
	...PRESETS[0]!.spec,
	task: { id: "walk", params: { size: 6 } },
	method: { id: "plain", params: {} },
	loss: { id: "clip", params: {} },
};
const tables: ParamTables = {
	task: table({ walk: { size } }),
	method: table({ plain: {}, fancy: { lambda: number } }),
	loss: table({ clip: { eps: number } }),
	reward: table({ tax: { lambda: number }, gift: { size } }),
	signal: table({ branches: { size } }),
};

describe("differences from a preset", () => {
	test.each<[string, Partial<ExperimentSpec>, SpecChanges]>([
		["nothing", {}, {}],
		["a run setting", { seed: 9 }, { seed: 9 }],
		[
			"another method with its parameter",
			{ method: { id: "fancy", params: { lambda: 0.9 } } },
			{ method: "fancy", "method.lambda": 0.9 },
		],
		["a parameter set to its default says nothing", { loss: { id: "clip", params: { eps: 0.5 } } }, {}],
		["a parameter taken back to its default", { task: { id: "walk", params: {} } }, { "task.size": 4 }],
		["a section", { rollout: { ...base.rollout, groupSize: 3 } }, { "rollout.groupSize": 3 }],
		[
			"a warm start switched on",
			{ warmStart: { success: 0.6, learningRate: 1e-3, maxSteps: 77 } },
			{ warmStart: true, "warmStart.maxSteps": 77 },
		],
		["a tree of rollouts", { rollout: { ...base.rollout, branching: 2, segment: 4 } }, { "rollout.branching": 2 }],
		[
			"a signal provider with its parameter",
			{ signals: { branches: { size: 2 } } },
			{ "signals.branches": true, "signals.branches.size": 2 },
		],
		[
			"reward writers with a parameter",
			{
				method: {
					id: "plain",
					params: {},
					rewards: [
						{ id: "gift", params: {} },
						{ id: "tax", params: { lambda: 0.25 } },
					],
				},
			},
			{ rewards: ["gift", "tax"], "rewards.tax.lambda": 0.25 },
		],
		["probes", { probes: ["plain"] }, { probes: ["plain"] }],
	])("%s", (_, change, expected) => {
		const spec = { ...base, ...change };
		const changes = changesBetween(base, spec, tables);
		expect(changes).toMatchObject(expected);
		const again = applyChanges(base, changes, tables);
		expect(again.notices).toEqual([]);
		expect(changesBetween(spec, again.spec, tables)).toEqual({});
	});

	test("put reward writers in another order, take them away, and leave out what there is not", () => {
		const [gift, tax] = [
			{ id: "gift", params: { size: 2 } },
			{ id: "tax", params: { lambda: 0.25 } },
		];
		const behind = (...rewards: (typeof gift | typeof tax)[]) => ({
			...base,
			method: { ...base.method, ...(rewards.length > 0 ? { rewards } : {}) },
		});
		expect(changesBetween(behind(gift, tax), behind(tax, gift), tables)).toEqual({ rewards: ["tax", "gift"] });
		expect(applyChanges(behind(gift, tax), { rewards: ["tax", "gift"] }, tables).spec).toEqual(behind(tax, gift));
		expect(changesBetween(behind(gift), base, tables)).toEqual({ rewards: [] });
		expect(applyChanges(behind(gift), { rewards: [] }, tables).spec).toEqual(base);
		// Another method begins without a chain.
		expect(applyChanges(behind(gift), { method: "fancy" }, tables).spec.method).toEqual({ id: "fancy", params: {} });
		const odd = { rewards: ["gift", "luck"], "rewards.tax.lambda": 1, "rewards.gift.x": 1, "rewards.gift.size": 99 };
		const { spec, notices } = applyChanges(base, odd, tables);
		expect(spec.method.rewards).toEqual([{ id: "gift", params: { size: 8 } }]);
		expect(notices).toEqual([
			'rewards was left out: there is no reward writer "luck".',
			'rewards.tax.lambda was left out: reward writer "tax" is not in the chain.',
			"rewards.gift.x was left out: there is no such setting.",
			"Size (rewards.gift.size) was changed: 99 → 8.",
		]);
		expect(applyChanges(base, { rewards: true }, tables).notices).toEqual([
			"rewards was left out: it must be a list of reward writers.",
		]);
	});

	test("take a signal provider away, and leave out one that there is not", () => {
		const named = { ...base, signals: { branches: { size: 2 } } };
		expect(changesBetween(named, base, tables)).toEqual({ "signals.branches": false });
		expect(applyChanges(named, { "signals.branches": false }, tables).spec.signals).toEqual({});
		expect(applyChanges(base, { "signals.crystal.ball": 1 }, tables).notices).toHaveLength(1);
	});

	test("switch a warm start off", () => {
		const warm = { ...base, warmStart: { success: 0.6, learningRate: 1e-3, maxSteps: 77 } };
		expect(changesBetween(warm, base, tables)).toEqual({ warmStart: null });
		expect(applyChanges(warm, { warmStart: null }, tables).spec.warmStart).toBeNull();
	});

	test("out of range are clamped and listed", () => {
		const { spec, notices } = applyChanges(
			base,
			{ "model.width": 4_000_000, "task.size": 0, "rollout.groupSize": 2.4 },
			tables,
		);
		expect([spec.model.width, spec.task.params.size, spec.rollout.groupSize]).toEqual([1024, 1, 2]);
		expect(notices).toEqual([
			"Width (model.width) was changed: 4000000 → 1024.",
			"Size (task.size) was changed: 0 → 1.",
			expect.stringMatching(/2\.4 → 2\.$/),
		]);
	});

	test.each<[string, SpecChanges]>([
		["an unknown setting", { bogus: 1 }],
		["an unknown part", { "nowhere.size": 1 }],
		["an unknown parameter", { "method.lambda": 0.5 }],
		["an unknown method", { method: "nope" }],
		["a name from Object's prototype", { toString: 1, method: "constructor", "task.valueOf": 2 }],
		["a wrong type", { seed: "seven" }],
		["a part as a value", { model: 3 }],
		["a wrong oracle mode", { oracle: "always" }],
		["a wrong list", { probes: "grpo" }],
	])("with %s are left out and listed", (_, changes) => {
		const { spec, notices } = applyChanges(base, changes, tables);
		expect(spec).toEqual(base);
		expect(notices).toHaveLength(Object.keys(changes).length);
	});

	test("carries a formula for the reward, and its absence", () => {
		const own = { ...base, task: { ...base.task, reward: "r - 0.01" } };
		expect(changesBetween(base, own, tables)).toEqual({ "task.reward": "r - 0.01" });
		expect(applyChanges(base, { "task.reward": "r - 0.01" }, tables).spec.task).toEqual(own.task);
		expect(changesBetween(own, base, tables)).toEqual({ "task.reward": "" });
		expect(applyChanges(base, { "task.reward": 3 }, tables).notices[0]).toContain("formula");
	});
});
