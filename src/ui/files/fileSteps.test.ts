import { expect, it } from "vitest";
import type { FilesTable } from "../../workers/filesApi";
import { nearestStep, stepsOf } from "./fileSteps";

/** Rows of [step, group, reward, length]. */
function tableOf(...rows: readonly (readonly [number, number, number, number])[]): FilesTable {
	return {
		ids: rows.map((_, i) => `r${i}`),
		step: Float64Array.from(rows, ([step]) => step),
		group: Int32Array.from(rows, ([, group]) => group),
		reward: Float64Array.from(rows, ([, , reward]) => reward),
		length: Int32Array.from(rows, ([, , , length]) => length),
		limited: new Uint8Array(rows.length),
		tools: rows.map(() => ""),
	};
}
const table = tableOf(
	[30, 2, 1, 4],
	[30, 2, 1, 6],
	[30, 3, 0, 5],
	[30, 3, 1, 5],
	// A group of one has nothing to be equal to, and an unknown return says nothing.
	[30, 4, 0, 10],
	[7, 0, 0.5, 3],
	[7, 0, Number.NaN, 1],
	[Number.NaN, 5, 9, 9],
);

it("sums up each step, in rising order, from what is known", () => {
	const { steps, groups, curves } = stepsOf(table);
	expect([...steps]).toEqual([7, 30]);
	expect([...groups]).toEqual([0, 2]);
	expect([...curves.meanReturn]).toEqual([0.5, 0.6]);
	expect([...curves.meanLength]).toEqual([2, 6]);
	expect([...curves.deadGroups]).toEqual([Number.NaN, 0.5]);
});

it("calls returns equal where credit does: by their size", () => {
	const share = (...rewards: number[]) =>
		stepsOf(tableOf(...rewards.map((reward) => [1, 0, reward, 1] as const))).curves.deadGroups[0];
	expect(share(1000, 1000.0005)).toBe(1);
	expect(share(1e-7, 3e-7)).toBe(0);
});

it("finds the step nearest to a place on the axis", () => {
	const steps = stepsOf(table);
	expect([0, 18, 19, 99].map((wanted) => nearestStep(steps, wanted))).toEqual([0, 0, 1, 1]);
	expect(nearestStep(stepsOf(tableOf()), 3)).toBe(-1);
});
