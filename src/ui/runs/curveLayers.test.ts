import { expect, it } from "vitest";
import { PRESETS } from "../../engine/spec/presets";
import { axisEnd, layersOf, pooled } from "./curveLayers";
import type { Line, PastRun } from "./pastRuns";

const spec = PRESETS[0]!.spec;
const line = (x: number[], y: number[]): Line => ({ x: Float64Array.from(x), y: Float64Array.from(y) });
const run = (id: string, given: Partial<PastRun["spec"]>, lines: Line[], visible = true): PastRun => ({
	id,
	name: id,
	kind: "live",
	spec: { ...spec, ...given },
	curves: { success: lines },
	errors: {},
	visible,
});

it("means and standard errors over seeds, at the steps that all have", () => {
	const { x, y, low, high, n } = pooled([line([1, 2, 3], [0, 1, 9]), line([1, 2], [2, 1])]);
	expect([...x]).toEqual([1, 2]);
	expect([...y]).toEqual([1, 1]);
	// Values 0 and 2: deviation √2, standard error 1.
	expect([...(low ?? [])]).toEqual([0, 1]);
	expect([...(high ?? [])]).toEqual([2, 1]);
	expect(n).toBe(2);
});

it("lines with steps of their own are read between their points, as far as all reach", () => {
	const { x, y } = pooled([line([1, 3, 5, 9], [0, 2, 4, 8]), line([2, 6], [4, 0])]);
	expect([...x]).toEqual([3, 5]);
	// The second line is 3 at step 3 and 1 at step 5.
	expect([...y]).toEqual([2.5, 2.5]);
});

it("one seed has no band", () => {
	expect(pooled([line([1], [5])]).low).toBeUndefined();
});

it("runs that differ in nothing but the seed are one layer; hidden ones are none", () => {
	const runs = [
		run("a", { seed: 1 }, [line([1], [0])]),
		run("b", { seed: 2 }, [line([1], [1])]),
		run("c", { steps: 7 }, [line([1], [0.5])]),
		run("d", { steps: 8 }, [line([1], [0.5])], false),
	];
	expect(layersOf(runs, (r) => r.curves.success).map(({ name, n }) => [name, n])).toEqual([
		["a", 2],
		["c", 1],
	]);
});

it("the axis reaches the end of the present run and of every line that is shown", () => {
	const long = run("long", {}, [line([1, 300], [0, 1]), line([], [])]);
	expect(axisEnd(120, [long])).toBe(300);
	expect(axisEnd(400, [long])).toBe(400);
	expect(axisEnd(120, [{ ...long, visible: false }])).toBe(120);
	expect(axisEnd(0, [run("short", {}, [line([1, 5], [0, 1])])])).toBe(5);
	expect(axisEnd(0, [])).toBe(100);
});
