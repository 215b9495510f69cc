import { it } from "vitest";
import { near } from "../../../testing/near";
import { creditOf } from "../run";
import { batchOf, preset, ragged } from "../testing";

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
