import { expect, it } from "vitest";
import { Rng } from "../../engine/core/rng";
import type { RolloutBatch } from "../../engine/rollouts/batch";
import { type DrawnNode, foldTree } from "./foldTree";
import { type PrefixNode, prefixTreeOf } from "./prefixTree";
import { placeNodes } from "./treeChart";

const leaf = (rollouts: number[], value: number): PrefixNode => ({ start: 1, end: 3, rollouts, value, children: [] });

it("folds siblings that would be too low, with their mean return and number", () => {
	const children = [leaf([0, 1, 2, 3], 1), leaf([4], 0), leaf([5], 1), leaf([6, 7], 0.5)];
	const root: PrefixNode = { start: 0, end: 1, rollouts: [0, 1, 2, 3, 4, 5, 6, 7], value: 0.75, children };
	expect(foldTree(root, 80, 5).children.map((c) => c.crowd)).toEqual([0, 0, 0, 0]);
	expect(foldTree(root, 80, 15).children).toMatchObject([
		{ rollouts: [0, 1, 2, 3], crowd: 0 },
		{ rollouts: [6, 7], crowd: 0 },
		{ rollouts: [4, 5], crowd: 2, value: 0.5 },
	]);
});

it("draws a tree of ten thousand nodes with no more marks than there is room for, and loses no rollout", () => {
	const B = 8000;
	const T = 12;
	const random = Rng.of(1);
	const batch = {
		B,
		T,
		tokens: Int32Array.from({ length: B * T }, () => random.integer(6)),
		lengths: new Int32Array(B).fill(T),
		returns: Float64Array.from({ length: B }, () => random.integer(2)),
	} as unknown as RolloutBatch;
	const root = prefixTreeOf(batch, [...batch.lengths.keys()]);
	let nodes = 0;
	const open: PrefixNode[] = [root];
	for (let n = open.pop(); n; n = open.pop()) {
		nodes++;
		open.push(...n.children);
	}
	expect(nodes).toBeGreaterThanOrEqual(10_000);
	expect(placeNodes(root, 800, 400).length).toBeLessThanOrEqual(1000);
	const ends = (n: DrawnNode): number =>
		n.children.reduce(
			(sum, c) => sum + ends(c),
			n.rollouts.length - n.children.reduce((s, c) => s + c.rollouts.length, 0),
		);
	expect(ends(foldTree(root, 400, 7))).toBe(B);
});
