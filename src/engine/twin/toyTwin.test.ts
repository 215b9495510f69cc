import { describe, expect, it } from "vitest";
import type { RolloutRecord } from "../formats/record";
import { findPreset, PRESETS } from "../spec/presets";
import { openSpec } from "../spec/registries";
import { type Shape, ShapeCounter } from "./shape";
import { shapeText, twinText } from "./shapeText";
import { type PresetShape, presetShapes, shapeDistance, toyTwin } from "./toyTwin";

const rollout = (given: Partial<RolloutRecord>): RolloutRecord => ({
	schema: "ascribe.rollout/1",
	id: "r",
	tokens: ["a", "b", "c", "d"],
	...given,
});
function shapeOf(...rollouts: readonly [group: string, given: Partial<RolloutRecord>][]): Shape {
	const counter = new ShapeCounter();
	for (const [group, given] of rollouts) counter.add(rollout(given), group);
	return counter.shape();
}

describe("the shape of rollouts", () => {
	it("counts turns and tokens of the policy, what is paid before its last token, and who wins", () => {
		// Two turns of three tokens; 0.5 of 2 is paid at the first token, and the reply at the end pays after the last one.
		const tools = { mask: [1, 0, 1, 1, 0], tokens: [1, 2, 3, 4, 5], rewards: [0.5, 0, 0, 1, 0.5], reward: 2 };
		// One turn of four tokens, nothing paid.
		const plain = { reward: 0 };
		const shape = shapeOf(["a", tools], ["a", plain], ["a", plain], ["b", plain]);
		expect(shape).toEqual({ turns: 1.25, length: 3.75, early: 0.25, groupSize: 3, success: 0.25 });
	});

	it("takes declared turns and successes before those that it would have to guess", () => {
		const turns = [
			{ start: 0, end: 1, actor: "user" },
			{ start: 1, end: 2, actor: "assistant" },
			{ start: 2, end: 4, actor: "assistant" },
		];
		const shape = shapeOf(["a", { turns, reward: 0, success: true }], ["b", { reward: 5, success: false }]);
		expect([shape.turns, shape.success]).toEqual([1.5, 0.5]);
	});

	it("calls a penalty early when it comes early, and a return below the middle a failure", () => {
		expect(shapeOf(["a", { rewards: [-1, 0, 0, 3], reward: 2 }]).early).toBe(0.25);
		expect(shapeOf(["a", { reward: -1 }], ["a", { reward: 1 }]).success).toBe(0.5);
	});

	it("says what it cannot know", () => {
		expect(shapeOf(["a", {}]).success).toBeNaN();
		expect(shapeOf(["a", { reward: 0 }], ["a", { reward: 0 }]).success).toBe(0);
		expect(shapeOf(["a", { reward: 1 }], ["a", { reward: 1 }]).success).toBe(1);
		expect(shapeOf()).toEqual({ turns: 0, length: 0, early: 0, groupSize: 0, success: Number.NaN });
	});
});

describe("the toy twin", () => {
	const entry = (id: string, shape: Partial<Shape>, success: PresetShape["success"]): PresetShape => ({
		preset: findPreset(id),
		shape: { turns: 1, length: 4, early: 0, groupSize: 8, success: Number.NaN, ...shape },
		success,
	});
	const yours: Shape = { turns: 4, length: 32, early: 0.25, groupSize: 16, success: 0.1 };

	it("is at the distance that the formula gives", () => {
		// log₂ 4/1 = 2, log₂ 32/4 = 3, |0.25 − 0| = 0.25, log₂ 16/8 = 1, 0.6 − 0.1 = 0.5.
		expect(shapeDistance(yours, entry("modchain@1", {}, [0.6, 0.9]))).toEqual({
			turns: 4,
			length: 3,
			early: 1,
			groupSize: 0.5,
			success: 1,
		});
		const nothing = { turns: 0, length: 0, early: 0, groupSize: 0, success: 0 };
		expect(shapeDistance({ ...yours, success: 0.95 }, entry("lake@1", yours, [0, 0.95]))).toEqual(nothing);
		expect(shapeDistance({ ...yours, success: Number.NaN }, entry("lake@1", yours, [0.9, 1])).success).toBe(0);
	});

	it("is the nearest one, the first of several, with groups as large as the given ones", () => {
		// 9.5 against 2·log₂ 4/2 + log₂ 32/16 + 0 + 0.5 + 0 = 3.5, twice.
		const near = { turns: 2, length: 16, early: 0.25 };
		const among = [entry("modchain@1", {}, [0.6, 0.9]), entry("lake@1", near, [0, 1]), entry("gigpo@1", near, [0, 1])];
		const twin = toyTwin(yours, among);
		expect([twin.preset, twin.distance]).toEqual(["lake@1", 3.5]);
		// 32 prompts × 8 rollouts are 16 × 16.
		expect(twin.spec.rollout).toMatchObject({ prompts: 16, groupSize: 16 });
		expect(twin.spec).toEqual({ ...findPreset("lake@1").spec, rollout: twin.spec.rollout });
		expect(() => openSpec(twin.spec)).not.toThrow();
	});

	it("keeps the groups of a tree, and those of a preset whose size it already has", () => {
		const only = (id: string, groupSize: number) => toyTwin({ ...yours, groupSize }, [entry(id, {}, [0, 1])]).spec;
		expect(only("spoTree@1", 16)).toBe(findPreset("spoTree@1").spec);
		expect(only("lake@1", 8)).toBe(findPreset("lake@1").spec);
		expect(only("lake@1", 1)).toBe(findPreset("lake@1").spec);
		expect(only("lake@1", 5000).rollout).toMatchObject({ prompts: 1, groupSize: 256 });
	});

	it("of a preset's own shape is that preset, or one of the same shape published before it", () => {
		for (const { preset, shape, success } of presetShapes()) {
			const twin = toyTwin({ ...shape, success: success[0] });
			expect(twin.distance).toBe(0);
			expect(PRESETS.findIndex(({ id }) => id === twin.preset)).toBeLessThanOrEqual(PRESETS.indexOf(preset));
			expect(twin.its).toMatchObject({ turns: shape.turns, length: shape.length });
		}
	});

	it("knows what the presets look like", () => {
		const of = (id: string) => presetShapes().find(({ preset }) => preset.id === id)!.shape;
		// One partial sum for each of five digits, in a row, paid at the last.
		expect(of("modchain@1")).toMatchObject({ turns: 1, length: 5, early: 0, groupSize: 8 });
		// Every move on the ice is answered by the cell it leads to: six moves are the shortest way.
		expect(of("lake@1")).toMatchObject({ turns: 6, length: 6, early: 0 });
		expect(of("keychain@1").early).toBeGreaterThan(0.3);
	});

	it("is named in one sentence with its reasons", () => {
		const twin = toyTwin({ turns: 3, length: 14.2, early: 0, groupSize: 8, success: 0.4 }, [
			entry("keydoor@1", {}, [0, 1]),
		]);
		expect(twinText(twin)).toBe("3 turns, 14 tokens, reward only at the end, groups of 8: most like Key and door.");
		expect(shapeText({ turns: 1, length: 1, early: 0.304, groupSize: 1, success: 0 })).toBe(
			"1 turn, 1 token, 30 % of the reward before the last token, groups of one",
		);
		expect(shapeText({ ...yours, turns: 2.25 })).toContain("2.3 turns");
	});
});
