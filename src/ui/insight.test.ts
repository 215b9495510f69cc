import { describe, expect, it } from "vitest";
import { creditScale } from "./charts/creditScale";
import type { Comparison } from "./comparison";
import { insightOf } from "./insight";

function groupOf(credit: number[][], returns: number[]): Comparison {
	const T = Math.max(...credit.map((c) => c.length));
	const batch = {
		T,
		lengths: Int32Array.from(credit, (c) => c.length),
		actionMask: new Uint8Array(credit.length * T).fill(1),
		returns: Float64Array.from(returns),
	};
	const values = Float64Array.from(credit.flatMap((c) => [...c, ...new Array(T - c.length).fill(0)]));
	const trained = { id: "m", label: "GRPO", values, terms: {}, scale: creditScale(values) };
	return { batch, trained, members: [...credit.keys()] } as unknown as Comparison;
}

describe("insightOf", () => {
	it("notices credit that is the same for every token of a rollout", () => {
		expect(
			insightOf(
				groupOf(
					[
						[0.7, 0.7],
						[-0.7, -0.7, -0.7],
					],
					[1, 0],
				),
			),
		).toContain("every token of a rollout the same");
	});

	it("stays silent as soon as one token differs", () => {
		expect(
			insightOf(
				groupOf(
					[
						[0.7, 0.6],
						[-0.7, -0.7],
					],
					[1, 0],
				),
			),
		).toBe("");
	});

	it("names a dead group", () => {
		expect(insightOf(groupOf([[0, 0], [0]], [1, 1]))).toBe(
			"Every rollout of this group returned +1.00, so GRPO has nothing to compare and pays nobody.",
		);
	});

	it("names a group of one", () => {
		expect(insightOf(groupOf([[0, 0]], [1]))).toBe(
			"This rollout is alone in its group, so GRPO has nothing to compare it with and pays nobody.",
		);
	});

	it("does not count tokens that were not scored", () => {
		expect(insightOf(groupOf([[Number.NaN, 0.7, 0.7], [-0.7]], [1, 0]))).toContain("the same credit");
		expect(insightOf(groupOf([[Number.NaN]], [1]))).toBe("GRPO scored no token of this group.");
	});
});
