import { expect, it } from "vitest";
import type { Recording } from "../../engine/formats/recording";
import { bestCells, errorTable } from "./errorTable";

const recording = {
	preset: "a@1",
	spec: { task: { id: "a" } },
	seeds: [1, 2],
	errors: {
		// Seeds mean 0.5 and 0.7 over their checkpoints; NaN is a checkpoint without a truth.
		good: Float64Array.of(0.4, 0.6, 0.7, Number.NaN),
		close: Float64Array.of(0.65, 0.65, 0.65, 0.65),
		bad: Float64Array.of(0.9, 0.9, 1, 1),
	},
} as unknown as Recording;

it("means over checkpoints, errors over seeds, the most exact first", () => {
	const table = errorTable([recording], []);
	expect(table.methods).toEqual(["good", "close", "bad"]);
	const cell = table.cells[0]?.[0];
	expect(Math.abs((cell?.mean ?? 0) - 0.6)).toBeLessThanOrEqual(1e-12);
	// Deviation of (0.5, 0.7) is 0.1·√2, over √2.
	expect(Math.abs((cell?.error ?? 0) - 0.1)).toBeLessThanOrEqual(1e-12);
	expect(cell?.n).toBe(2);
});

it("marks the best and what lies within its standard error", () => {
	expect([...bestCells(errorTable([recording], []))]).toEqual(["0 0", "1 0"]);
});
