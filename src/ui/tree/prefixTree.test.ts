import { describe, expect, it } from "vitest";
import type { RolloutBatch } from "../../engine/rollouts/batch";
import { prefixTreeOf } from "./prefixTree";

function batchOf(rows: number[][], returns: number[]): RolloutBatch {
	const T = Math.max(...rows.map((r) => r.length));
	return {
		B: rows.length,
		T,
		tokens: Int32Array.from(rows.flatMap((r) => [...r, ...new Array(T - r.length).fill(0)])),
		lengths: Int32Array.from(rows, (r) => r.length),
		returns: Float64Array.from(returns),
	} as unknown as RolloutBatch;
}

describe("prefixTreeOf", () => {
	it("parts where tokens differ, and means returns on the way", () => {
		const tree = prefixTreeOf(
			batchOf(
				[
					[1, 2, 3],
					[1, 2, 4],
					[1, 5, 5],
				],
				[1, 0, 0.5],
			),
			[0, 1, 2],
		);
		expect(tree).toMatchObject({ start: 0, end: 1, rollouts: [0, 1, 2], value: 0.5 });
		expect(tree.children).toMatchObject([
			{ start: 1, end: 2, rollouts: [0, 1], value: 0.5, children: [{ rollouts: [0] }, { rollouts: [1] }] },
			{ start: 1, end: 3, rollouts: [2], value: 0.5, children: [] },
		]);
	});

	it("parts where one rollout ends and the other goes on", () => {
		const tree = prefixTreeOf(
			batchOf(
				[
					[1, 2],
					[1, 2, 0],
				],
				[1, 0],
			),
			[0, 1],
		);
		expect(tree).toMatchObject({ end: 2, children: [{ start: 2, end: 3, rollouts: [1] }] });
	});

	it("folds equal rollouts into one node, and has an empty root when the first tokens differ", () => {
		const same = prefixTreeOf(
			batchOf(
				[
					[1, 2],
					[1, 2],
				],
				[1, 1],
			),
			[0, 1],
		);
		expect(same).toMatchObject({ start: 0, end: 2, children: [] });
		const apart = prefixTreeOf(batchOf([[1], [2]], [1, 0]), [0, 1]);
		expect(apart).toMatchObject({ start: 0, end: 0 });
		expect(apart.children).toHaveLength(2);
	});
});
