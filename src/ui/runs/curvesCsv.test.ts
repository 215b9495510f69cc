import { expect, it } from "vitest";
import { PRESETS } from "../../engine/spec/presets";
import { behindOf } from "./behind";
import { curvesCsv } from "./curvesCsv";
import type { PastRun } from "./pastRuns";

const line = (...y: number[]) => ({ x: Float64Array.from(y, (_, i) => i + 1), y: Float64Array.from(y) });
const run = (name: string, seed: number, visible = true): PastRun => ({
	id: `${name} ${seed}`,
	name,
	kind: "live",
	spec: { ...PRESETS[0]!.spec, seed },
	curves: { success: [line(seed, seed + 1)] },
	errors: { grpo: [line(0.5)], rloo: [line(0.25)] },
	visible,
});

it("writes the lines that are drawn, past runs pooled over seeds with their bands", () => {
	const runs = [run("a", 1), run("b", 3), run("hidden", 9, false)];
	const drawn = behindOf(runs, "success", []).lines.map((l) => ({ curve: "success", ...l }));
	// Mean 2 and 3; the standard error of 1 and 3 is 1.
	expect(curvesCsv(drawn)).toBe("curve,run,method,step,value,low,high\r\nsuccess,a,,1,2,1,3\r\nsuccess,a,,2,3,2,4\r\n");
});

it("names the method of a line of errors, and cuts columns that grow", () => {
	const errors = behindOf([run("a", 1)], "error", ["rloo"]).lines.map((l) => ({ curve: "error", ...l }));
	const present = { curve: "error", run: "present run", method: "grpo", ...line(1, 0, 0), length: 1 };
	expect(
		curvesCsv([present, ...errors])
			?.split("\r\n")
			.slice(1, 4),
	).toEqual(["error,present run,grpo,1,1,,", "error,a,rloo,1,0.25,,", "error,a,grpo,1,0.5,,"]);
	expect(curvesCsv([])).toBeNull();
});
