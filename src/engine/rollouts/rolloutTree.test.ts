import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { rolloutTree } from "./rolloutTree";

function batchOf(rows: number[][], returns: number[], prompts: number[] = rows.map(() => 0)) {
	const T = Math.max(...rows.map((r) => r.length));
	return {
		B: rows.length,
		T,
		tokens: Int32Array.from(rows.flatMap((r) => [...r, ...new Array(T - r.length).fill(0)])),
		lengths: Int32Array.from(rows, (r) => r.length),
		returns: Float64Array.from(returns),
		promptTokens: Int32Array.from(prompts),
		promptOffsets: Int32Array.from([...rows.keys(), rows.length]),
	};
}
const none = { exact: null, credit: null };

describe("rolloutTree", () => {
	const batch = batchOf(
		[
			[1, 5, 5],
			[1, 2, 3],
			[1, 2, 4],
		],
		[0.5, 1, 0],
	);

	it("parts where tokens differ, larger branches first, rows one below the other", () => {
		const tree = rolloutTree(batch, [0, 1, 2], none);
		expect([...tree.parent]).toEqual([-1, 0, 1, 1, 0]);
		expect([...tree.next]).toEqual([5, 4, 3, 4, 5]);
		expect([...tree.start]).toEqual([0, 1, 2, 2, 1]);
		expect([...tree.end]).toEqual([1, 2, 3, 3, 3]);
		expect([...tree.rollout]).toEqual([0, 1, 1, 2, 0]);
		expect([...tree.top]).toEqual([0, 0, 0, 1, 2]);
		expect([...tree.count]).toEqual([3, 2, 1, 1, 1]);
		expect([...tree.value]).toEqual([0.5, 0.5, 1, 0, 0.5]);
		expect([...tree.rows]).toEqual([1, 2, 0]);
	});

	it("reads credit of a node as its tokens' sum, averaged over rollouts, and exact values at its end", () => {
		const credit = Float64Array.from([1, 2, 3, 1, 4, Number.NaN, 1, 6, -1]);
		const exact = Float64Array.from({ length: 12 }, (_, i) => i);
		const tree = rolloutTree(batch, [0, 1, 2], { exact, credit });
		expect([...tree.credit]).toEqual([1, 5, Number.NaN, -1, 5]);
		expect([...tree.exact]).toEqual([1, 6, 7, 11, 3]);
	});

	it("parts where one rollout ends and the other goes on, with the one that ends below", () => {
		const tree = rolloutTree(
			batchOf(
				[
					[1, 2],
					[1, 2, 0],
				],
				[1, 0],
			),
			[0, 1],
			none,
		);
		expect([...tree.end]).toEqual([2, 3]);
		expect([...tree.rows]).toEqual([1, 0]);
	});

	it("folds equal rollouts into one node, and puts prompts at the root where there are several", () => {
		const same = rolloutTree(
			batchOf(
				[
					[1, 2],
					[1, 2],
				],
				[1, 1],
			),
			[0, 1],
			none,
		);
		expect(same).toMatchObject({ size: 1 });
		const apart = rolloutTree(batchOf([[1], [1], [1]], [1, 0, 1], [7, 8, 7]), [0, 1, 2], none);
		expect([...apart.start]).toEqual([0, -1, -1]);
		expect([...apart.count]).toEqual([3, 2, 1]);
		expect([...apart.rows]).toEqual([0, 2, 1]);
		expect(rolloutTree(batch, [], none).size).toBe(1);
	});

	it("keeps every rollout of a tree of ten thousand nodes in exactly one row", () => {
		const B = 8000;
		const random = Rng.of(1);
		const rows = Array.from({ length: B }, () => Array.from({ length: 12 }, () => random.integer(6)));
		const tree = rolloutTree(batchOf(rows, new Array(B).fill(1)), [...rows.keys()], none);
		expect(tree.size).toBeGreaterThanOrEqual(10_000);
		expect(new Set(tree.rows).size).toBe(B);
		for (let i = 1; i < tree.size; i++) {
			const p = tree.parent[i] as number;
			expect(tree.top[i]).toBeGreaterThanOrEqual(tree.top[p] as number);
			expect((tree.top[i] as number) + (tree.count[i] as number)).toBeLessThanOrEqual(
				(tree.top[p] as number) + (tree.count[p] as number),
			);
		}
	});
});
