import { expect, it } from "vitest";
import { batchOf } from "../credit/testing";
import { batchOfRollouts, variedRollouts } from "./subBatch";

const rows = [0, 0, 1, 1, 2, 2].map((group, b) => ({
	group,
	tokens: [10 * b, 10 * b + 1, 10 * b + 2].slice(0, 1 + (b % 3)),
}));
const prompts = [7, 7, 7, 7, 8, 8];
const batch = {
	...batchOf(rows),
	promptTokens: Int32Array.from(prompts),
	promptOffsets: Int32Array.of(0, 1, 2, 3, 4, 5, 6),
};

it("prefers groups with prompts of their own, then takes the first", () => {
	expect(variedRollouts(batch, 2)).toEqual([0, 1, 4, 5]);
	expect(variedRollouts(batch, 9)).toEqual([0, 1, 2, 3, 4, 5]);
	expect(variedRollouts(batch, 1)).toEqual([0, 1]);
});

it("keeps rows, prompts and groups of the rollouts chosen", () => {
	const part = batchOfRollouts(batch, [4, 5], 3);
	expect([part.B, part.T]).toEqual([2, 3]);
	expect([...part.tokens]).toEqual([40, 41, 0, 50, 51, 52]);
	expect([...part.lengths]).toEqual([2, 3]);
	expect([...part.groupIds]).toEqual([2, 2]);
	expect([...part.promptTokens]).toEqual([8, 8]);
});
