import { expect, it } from "vitest";
import { batchOf } from "../../engine/credit/testing";
import { paidFor, partingOf, textOf, verdictOf } from "./sideTexts";

const tokens = ["a", "b", "c"];
const batch = batchOf([
	{ tokens: [0, 1, 2], mask: [1, 0, 1], reward: 1 },
	{ tokens: [0, 1], mask: [1, 0], reward: -0.5 },
	{ tokens: [0, 2], mask: [1, 1], reward: 0 },
]);
const shown = { batch, tokens };

it("adds up what the policy's tokens of a span were paid; tokens that were not scored count as nothing", () => {
	const values = Float64Array.of(0.25, 9, 0.5, Number.NaN, 9, 0, Number.NaN, -1, 0);
	const paid = (rollout: number, from: number, to: number) => paidFor({ values }, batch, rollout, { from, to });
	expect([paid(0, 0, 3), paid(0, 1, 3), paid(2, 0, 2)]).toEqual([0.75, 0.5, -1]);
	expect([paid(0, 1, 2), paid(1, 0, 2)]).toEqual([Number.NaN, Number.NaN]);
});

it("says where two rollouts part, who wrote on, and what", () => {
	expect(partingOf(shown, [0, 1], 2)).toBe("Alike for 2 tokens; then rollout 0 wrote “c”, rollout 1 had ended.");
	expect(partingOf(shown, [1, 2], 1)).toBe("Alike for 1 token; then rollout 1 was answered “b”, rollout 2 wrote “c”.");
	expect(partingOf(shown, [0, 2], 0)).toBe("From the first token on: rollout 0 wrote “a”, rollout 2 wrote “a”.");
	expect(partingOf(shown, [1, 1], 2)).toBe("Both wrote the same 2 tokens.");
});

it("prints a span, and what a rollout came to", () => {
	expect(textOf(shown, 0, { from: 1, to: 3 })).toBe("b c");
	expect(textOf({ batch, tokens: [] }, 1, { from: 0, to: 2 })).toBe("#0 #1");
	expect(verdictOf({ ...batch, success: Uint8Array.of(1, 0, 0) }, 0)).toBe("✓ +1.00");
	expect(verdictOf({ ...batch, success: Uint8Array.of(1, 0, 0) }, 1)).toBe("✗ −0.50");
	expect(verdictOf(batch, 2)).toBe("0.00");
});
