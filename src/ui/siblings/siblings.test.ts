import { describe, expect, it } from "vitest";
import type { RolloutBatch } from "../../engine/rollouts/batch";
import { makeBatch } from "../../testing/fakeTrainer";
import { foldAlike, withinBudget, withoutShared } from "./folds";
import { type Pair, pairFor } from "./pair";
import { cutOf } from "./parts";
import { rankSiblings } from "./rankSiblings";
import { sharedTokens, sideBySide } from "./sideBySide";

/** One group from rows of tokens; those of 9 are the environment's. Returns as given. */
function group(rows: readonly (readonly number[])[], returns: readonly number[] = rows.map(() => 0)): RolloutBatch {
	const T = Math.max(...rows.map((row) => row.length));
	const { batch } = makeBatch({ groups: 1, size: rows.length, T });
	const tokens = new Int32Array(rows.length * T);
	rows.forEach((row, b) => {
		tokens.set(row, b * T);
	});
	const { turns: _, steps: __, ...columns } = batch;
	return {
		...columns,
		tokens,
		actionMask: Uint8Array.from(tokens, (token) => (token === 9 ? 0 : 1)),
		lengths: Int32Array.from(rows, (row) => row.length),
		returns: Float64Array.from(returns),
	};
}
const all = (batch: RolloutBatch) => [...batch.lengths.keys()];
const lines = (batch: RolloutBatch, a = 0, b = 1) =>
	sideBySide(batch, [a, b], cutOf(batch, all(batch), []).partsOf).map(({ left, right, alike }) => [
		left && [left.from, left.to],
		right && [right.from, right.to],
		alike,
	]);

describe("parts", () => {
	it("are turns with the replies to them, and cover the rollout", () => {
		const batch = group([
			[1, 2, 9, 9, 3, 9, 4],
			[9, 1, 9],
		]);
		const { unit, partsOf } = cutOf(batch, [0, 1], []);
		expect(unit).toBe("turn");
		expect(partsOf(0).map(({ from, to }) => [from, to])).toEqual([
			[0, 4],
			[4, 6],
			[6, 7],
		]);
		expect(partsOf(1).map(({ from, to }) => [from, to])).toEqual([
			[0, 1],
			[1, 3],
		]);
	});

	it("are steps where there is one turn, and the rollout itself where there are neither", () => {
		const batch = group([[1, 2, 3, 4]]);
		const steps = {
			offsets: Int32Array.of(0, 2),
			start: Int32Array.of(0, 2),
			end: Int32Array.of(2, 4),
			actor: Uint8Array.of(1, 1),
		};
		expect(cutOf({ ...batch, steps }, [0], []).unit).toBe("step");
		expect(cutOf({ ...batch, steps }, [0], []).partsOf(0)).toHaveLength(2);
		expect(cutOf(batch, [0], []).unit).toBe("rollout");
		expect(cutOf(batch, [0], []).partsOf(0)).toEqual([{ from: 0, to: 4 }]);
	});
});

describe("side by side", () => {
	it("puts turns that read the same on one line, past one that only one rollout took", () => {
		const batch = group([
			[1, 9, 2, 9, 3, 9, 4],
			[1, 9, 5, 9, 6, 9, 3, 9, 4],
		]);
		expect(sharedTokens(batch, 0, 1)).toBe(2);
		expect(lines(batch)).toEqual([
			[[0, 2], [0, 2], true],
			[[2, 4], [2, 4], false],
			[null, [4, 6], false],
			[[4, 6], [6, 8], true],
			[[6, 7], [8, 9], true],
		]);
	});

	it("keeps the turns in which two rollouts part beside each other, though one of them comes again", () => {
		const batch = group([
			[1, 9, 2, 9, 3],
			[2, 9, 3],
		]);
		expect(lines(batch)).toEqual([
			[[0, 2], [0, 2], false],
			[[2, 4], null, false],
			[[4, 5], [2, 3], true],
		]);
	});

	it("has an empty place where one rollout has ended, and nothing but equal turns for equal rollouts", () => {
		const batch = group([
			[1, 9, 2],
			[1, 9],
			[1, 9, 2],
		]);
		expect(lines(batch)).toEqual([
			[[0, 2], [0, 2], true],
			[[2, 3], null, false],
		]);
		expect(lines(batch, 0, 2).map(([, , alike]) => alike)).toEqual([true, true]);
	});
});

describe("the sibling to read beside a rollout", () => {
	const batch = group(
		[
			[1, 2, 9, 3, 4, 9, 5],
			[1, 2, 9, 3, 4, 9, 6],
			[1, 2, 9, 3, 7, 9, 5],
			[1, 2, 9, 3, 8, 9, 5],
			[1, 2, 9, 3, 4, 9, 5],
			[8, 2, 9, 3, 4, 9, 5],
		],
		[0, 1, 0, 1, 0, 1],
	);
	const ranked = (at: { from: number; to: number } | null) =>
		rankSiblings(batch, [0, 1, 2, 3, 4, 5], 0, at).map(({ rollout, shared }) => [rollout, shared]);

	it("parts in the turn under study, with another return first; one that reads the same comes last", () => {
		expect(ranked({ from: 3, to: 6 })).toEqual([
			[3, 4],
			[2, 4],
			[1, 6],
			[5, 0],
			[4, 7],
		]);
	});

	it("goes along longest and comes out otherwise where no turn is under study", () => {
		expect(ranked(null).map(([rollout]) => rollout)).toEqual([1, 3, 5, 2, 4]);
	});
});

describe("folding", () => {
	const span = (from: number, to: number) => ({ from, to });
	const alike = (from: number, to: number) => ({ left: span(from, to), right: span(from, to), alike: true });
	const other = (from: number, to: number) => ({ left: span(from, to), right: span(from, to), alike: false });
	const many = [alike(0, 5), alike(5, 9), other(9, 12), alike(12, 20)];
	const folded = (opened: number[], pinned = -1) =>
		foldAlike(many, new Set(opened), ({ left }) => left !== null && pinned >= left.from && pinned < left.to).map(
			(row) => (row.kind === "fold" ? `fold ${row.key} of ${row.lines.length}` : `line ${row.key}`),
		);

	it("folds runs of lines that read the same, not the one with the pinned token, nor one that was opened", () => {
		expect(folded([])).toEqual(["fold 0 of 2", "line 2", "fold 3 of 1"]);
		expect(folded([0, 1])).toEqual(["line 0", "line 1", "line 2", "fold 3 of 1"]);
		expect(folded([], 6)).toEqual(["fold 0 of 1", "line 1", "line 2", "fold 3 of 1"]);
		expect(folded([], 13)).toEqual(["fold 0 of 2", "line 2", "line 3"]);
	});

	it("leaves out most of a long beginning that both share, not a pinned token near its end, nor what was opened", () => {
		const rows = foldAlike([alike(0, 10), other(10, 900)], new Set(), () => false);
		const drawn = (shared: number, pinned = -1, opened: number[] = []) =>
			withoutShared(rows, new Set(opened), shared, pinned).map(
				(row) => row.kind === "line" && [row.line.left?.from, row.skipped],
			);
		expect(drawn(60)).toEqual([false, [44, 34]]);
		expect(drawn(60, 50)).toEqual([false, [44, 34]]);
		expect(drawn(60, 40)).toEqual([false, [40, 30]]);
		expect(drawn(800, 20)).toEqual([false, [784, 774]]);
		expect(drawn(60, -1, [1])).toEqual([false, [10, 0]]);
		expect(drawn(30)).toEqual([false, [10, 0]]);
	});

	it("draws no more tokens than it may, and says how many are left out", () => {
		const rows = foldAlike([other(0, 10), other(10, 40), other(40, 50)], new Set(), () => false);
		const { rows: kept, hidden } = withinBudget(rows, 40);
		expect(kept.map((row) => row.kind === "line" && row.line.right)).toEqual([span(0, 10), span(10, 20)]);
		expect(hidden).toBe(40 + 20);
		expect(withinBudget(rows, 100).hidden).toBe(0);
	});

	it("draws nothing below the row that was cut, folds of what comes later neither", () => {
		const rows = foldAlike([alike(0, 5), other(5, 15), alike(15, 20), other(20, 30)], new Set(), () => false);
		const cut = (budget: number) => {
			const { rows: kept, hidden } = withinBudget(rows, budget);
			return [...kept.map((row) => `${row.kind} ${row.key}`), hidden];
		};
		expect(cut(12)).toEqual(["fold 0", "line 1", 8 + 20]);
		expect(cut(1)).toEqual(["fold 0", 20 + 20]);
		// Nothing is cut before the fold: it follows the row above it.
		expect(cut(20)).toEqual(["fold 0", "line 1", "fold 2", 20]);
		expect(cut(40)).toEqual(["fold 0", "line 1", "fold 2", "line 3", 0]);
	});
});

describe("the pair on screen", () => {
	const batch = group(
		[
			[1, 9, 2],
			[1, 9, 3],
			[4, 9, 2],
			[1, 9, 5],
		],
		[0, 1, 1, 0],
	);
	const shown = { batch, group: 0, members: [0, 1, 2, 3], tokens: [] };
	const at = (rollout: number, token = 2) => ({ rollout, token });
	const sides = (pair: Pair | null) => pair && [pair.left, pair.right];

	it("starts with the pinned rollout and the sibling to read beside it, and stays while the pin is in it", () => {
		const pair = pairFor(shown, at(0), null);
		expect(sides(pair)).toEqual([0, 1]);
		expect(sides(pairFor(shown, at(1), pair))).toEqual([0, 1]);
		expect(pairFor(shown, null, pair)).toBe(pair);
		expect(sides(pairFor(shown, at(2, 0), pair))).toEqual([2, 0]);
	});

	it("keeps a sibling that was asked for, whichever side is pinned", () => {
		const pair = { batch, group: 0, left: 0, right: 2, chosen: true, pinned: 0 };
		expect(sides(pairFor(shown, at(3), pair))).toEqual([3, 2]);
		expect(sides(pairFor(shown, at(3), { ...pair, pinned: 2 }))).toEqual([0, 3]);
	});

	it("is none of other rollouts, and none in a group of one", () => {
		const pair = pairFor(shown, at(0), null);
		expect(sides(pairFor({ ...shown, group: 1, members: [2, 3] }, null, pair))).toEqual([2, 3]);
		expect(pairFor({ ...shown, members: [1] }, at(1), null)).toBeNull();
	});
});
