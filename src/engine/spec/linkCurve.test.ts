import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curveStep, decodeCurve, encodeCurve, thinCurve } from "./linkCurve";

describe("the success curve in a link", () => {
	it("is one digit of base64url a point: A is 0, f is 31/63, _ is 1", () => {
		expect(encodeCurve({ lastStep: 120, success: [0, 31 / 63, 1] })).toBe("120:Af_");
		expect(decodeCurve("120:Af_")).toEqual({ lastStep: 120, success: [0, 31 / 63, 1] });
	});

	it("stands at evenly spaced steps, the first and the last among them", () => {
		expect([0, 1, 2].map((i) => curveStep(i, 3, 120))).toEqual([1, 61, 120]);
		expect(curveStep(0, 1, 1)).toBe(1);
		expect(thinCurve([0.25, 0.5])).toEqual({ lastStep: 2, success: [0.25, 0.5] });
		const long = Float64Array.from({ length: 63 }, (_, i) => (i + 1) / 63);
		const { success = [] } = thinCurve(long) ?? {};
		expect([success.length, success[0], success[1], success[31]]).toEqual([32, 1 / 63, 3 / 63, 1]);
	});

	it("comes back within half a level, whatever the run", () => {
		fc.assert(
			fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 200 }), (run) => {
				const curve = thinCurve(run);
				const back = decodeCurve(encodeCurve(curve!));
				expect(back?.lastStep).toBe(run.length);
				expect(back?.success.length).toBe(Math.min(32, run.length));
				back?.success.forEach((x, i, all) => {
					const own = run[curveStep(i, all.length, run.length) - 1] as number;
					expect(Math.abs(x - own)).toBeLessThanOrEqual(1 / 126 + 1e-12);
				});
			}),
			{ numRuns: 1000, seed: 3 },
		);
	});

	it.each([[undefined], [7], ["120"], ["120:"], ["2:AAA"], ["0:A"], ["120:A+"], [`99:${"A".repeat(33)}`], [["1:A"]]])(
		"%j is none",
		(value) => {
			expect(decodeCurve(value)).toBeUndefined();
		},
	);

	it("is not made of what is no share", () => {
		expect(thinCurve([])).toBeUndefined();
		expect(thinCurve([0.5, Number.NaN])).toBeUndefined();
		expect(thinCurve([1.5])).toBeUndefined();
	});
});
