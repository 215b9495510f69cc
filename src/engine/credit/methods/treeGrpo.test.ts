import { describe, expect, it } from "vitest";
import { near } from "../../../testing/near";
import { creditOf } from "../run";
import { batchOf, preset, ragged, rolloutSignal } from "../testing";

const of = (
	rows: readonly { readonly tokens: readonly number[]; readonly reward: number; readonly group?: number }[],
) => {
	const batch = batchOf(rows);
	return { batch, rows: (id: string, params = {}) => ragged(batch, creditOf(id, params, batch).advantage) };
};
const TOKENS = preset("treeGrpo", "paper", { unit: "token", eps: 0 });

it("compares within the tree and within the group, by hand", () => {
	// Group 1 1 0 0: mean ½, deviation .577350. Tree 1 1 0: mean ⅔, deviation .577350; the other is alone.
	const { rows } = of([
		{ tokens: [1, 3], reward: 1 },
		{ tokens: [2, 5], reward: 0 },
		{ tokens: [1, 4, 6], reward: 1 },
		{ tokens: [1, 4, 7], reward: 0 },
	]);
	const [good, bad, alone] = [0.866025 + 0.57735, -0.866025 - 1.154701, -0.866025] as const;
	near(
		rows("treeGrpo", TOKENS),
		[
			[good, good],
			[alone, alone],
			[good, good, good],
			[bad, bad, bad],
		],
		1.2e-6,
	);
});

it("is GRPO where all part at the first step, and twice that where none does", () => {
	const apart = of([1, 2, 3].map((first) => ({ tokens: [first, 9], reward: first })));
	near(apart.rows("treeGrpo", TOKENS), apart.rows("grpo", { eps: 0 }), 1e-12);
	const together = of([1, 2, 3].map((second) => ({ tokens: [9, second], reward: second })));
	near(
		together.rows("treeGrpo", TOKENS),
		together.rows("grpo", { eps: 0 }).map((row) => row.map((a) => 2 * a)),
		1e-12,
	);
});

it("tells trees apart whose places add up alike", () => {
	// The first and last, and the two between, begin alike: ±½/.707107 within each tree, ±½/.577350 within the group.
	const { rows } = of([
		{ tokens: [1, 3], reward: 1 },
		{ tokens: [2, 3], reward: 1 },
		{ tokens: [2, 4], reward: 0 },
		{ tokens: [1, 4], reward: 0 },
	]);
	const [high, low] = [Math.SQRT1_2 + 0.866025, -Math.SQRT1_2 - 0.866025];
	near(rows("treeGrpo", TOKENS), [
		[high, high],
		[high, high],
		[low, low],
		[low, low],
	]);
});

it("keeps apart trees of two groups that begin alike", () => {
	const { rows } = of([
		{ tokens: [1, 2], reward: 1 },
		{ tokens: [1, 3], reward: 0 },
		{ tokens: [1, 2], reward: 5, group: 1 },
		{ tokens: [4, 3], reward: 3, group: 1 },
	]);
	const [both, inter] = [Math.SQRT2, Math.SQRT1_2];
	near(rows("treeGrpo", TOKENS), [
		[both, both],
		[-both, -both],
		[inter, inter],
		[-inter, -inter],
	]);
});

it("gives equal returns exactly zero within trees of two", () => {
	const { rows } = of([1, 1, 2, 2].map((first, b) => ({ tokens: [first, b], reward: 0.7 })));
	expect(rows("treeGrpo", TOKENS).flat()).toEqual(new Array(8).fill(0));
});

describe("the release", () => {
	const released = preset("treeGrpo", "released", { unit: "token", trees: "given" });
	const rewards = [1, 0, 0.5, 0, 1];
	const given = (trees: readonly number[]) => {
		// All part at the first token, so that only the numbers tell trees apart.
		const batch = batchOf(
			rewards.map((reward, b) => ({ tokens: [b], reward })),
			{ signals: { tree: rolloutSignal(trees) } },
		);
		return ragged(batch, creditOf("treeGrpo", released, batch).advantage).flat();
	};
	it("adds two z-scores with divisor n − 1: within three and two, and within all five", () => {
		// Within all: mean ½, deviation ½; within the trees: ½ and ½, ½ and .707107.
		near(given([7, 7, 7, 9, 9]), [1.999996, -1.999996, 0, -1.707104, 1.707104]);
	});
	it("pays what is alone its raw return", () => {
		near(given([0, 0, 0, 1, 2]), [1.999996, -1.999996, 0, -0.999998, 1.999997]);
		const alone = batchOf([{ tokens: [1, 2], reward: 3 }]);
		const [row] = ragged(alone, creditOf("treeGrpo", { ...released, trees: "firstStep", eps: 0 }, alone).advantage);
		near(row!, [6, 6]);
	});
});
