import { describe, expect, it } from "vitest";
import { Rng } from "../../engine/core/rng";
import { rolloutTree } from "../../engine/rollouts/rolloutTree";
import { nodeOfToken, visibleNodes, walk } from "./treeView";

function treeOf(rows: readonly (readonly number[])[], returns: readonly number[]) {
	const T = Math.max(...rows.map((r) => r.length));
	const batch = {
		B: rows.length,
		T,
		tokens: Int32Array.from(rows.flatMap((r) => [...r, ...new Array(T - r.length).fill(0)])),
		lengths: Int32Array.from(rows, (r) => r.length),
		returns: Float64Array.from(returns),
		promptTokens: new Int32Array(rows.length),
		promptOffsets: Int32Array.from({ length: rows.length + 1 }, (_, b) => b),
	};
	return rolloutTree(batch, [...rows.keys()], { exact: null, credit: null });
}

const rows = [
	[1, 2, 7, 7],
	[1, 2, 8],
];

describe("visibleNodes", () => {
	it("places branches by token and number of rollouts, coloured by what they gain over the one they leave", () => {
		const placed = visibleNodes(treeOf(rows, [1, 0]), { root: 0, width: 400, height: 100, colour: "value" });
		expect(placed.map(({ x0, y0, colour, branches }) => [x0, y0, colour, branches])).toEqual([
			[0, 0, 0, true],
			[200, 0, 0.5, false],
			[200, 50, -0.5, false],
		]);
	});

	it("fills the view with the node that was zoomed into", () => {
		const placed = visibleNodes(treeOf(rows, [1, 0]), { root: 2, width: 400, height: 100, colour: "value" });
		expect(placed).toMatchObject([{ node: 2, x0: 0, y0: 0, x1: 398.5, y1: 98.5, colour: -0.5 }]);
	});

	it("folds branches that would be too low, with their number and mean, and loses no rollout", () => {
		const many = Array.from({ length: 40 }, (_, k) => [1, k < 10 ? 2 : 3 + k]);
		const tree = treeOf(
			many,
			many.map((_, k) => (k < 20 ? 1 : 0)),
		);
		const placed = visibleNodes(tree, { root: 0, width: 400, height: 200, colour: "value" });
		expect(placed.map((p) => [p.crowd, p.count])).toEqual([
			[0, 40],
			[30, 30],
			[0, 10],
		]);
		expect(Math.abs((placed[1]?.value ?? 0) - 1 / 3)).toBeLessThanOrEqual(1e-12);
		expect(placed[1]?.y0).toBe(50);
	});

	it("draws a tree of ten thousand nodes with no more marks than there is room for", () => {
		const random = Rng.of(1);
		const tree = treeOf(
			Array.from({ length: 8000 }, () => Array.from({ length: 12 }, () => random.integer(6))),
			new Array(8000).fill(1),
		);
		expect(tree.size).toBeGreaterThanOrEqual(10_000);
		const placed = visibleNodes(tree, { root: 0, width: 800, height: 400, colour: "value" });
		expect(placed.length).toBeLessThanOrEqual(1000);
		expect(placed.length).toBeGreaterThanOrEqual(50);
	});
});

it("walks to branches, back, and between siblings, and finds the node of a token", () => {
	const tree = treeOf(rows, [1, 0]);
	expect(["ArrowRight", "ArrowLeft", "ArrowDown"].map((key) => walk(tree, 0, key))).toEqual([1, null, null]);
	expect(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].map((key) => walk(tree, 1, key))).toEqual([
		null,
		0,
		2,
		null,
	]);
	expect([nodeOfToken(tree, 0, 1), nodeOfToken(tree, 0, 3), nodeOfToken(tree, 1, 2), nodeOfToken(tree, 1, 3)]).toEqual([
		0, 1, 2, -1,
	]);
});
