import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { creditCss, creditTable, STEPS, ZERO_STEP } from "./creditColours";
import { commonLimit, creditScale, lockedScale } from "./creditScale";

describe("credit colours", () => {
	it("holds the measured stops at every fourth step", () => {
		const light = creditTable("light");
		const dark = creditTable("dark");
		expect(light).toHaveLength(STEPS);
		expect([0, 4, 8, 12, 16, 20, 24, 28, 32].map((i) => light[i])).toEqual([
			"#e06b1f",
			"#ed8e56",
			"#f6b18a",
			"#fad4be",
			"#f7f7f5",
			"#cfd8ee",
			"#a6bae6",
			"#789dde",
			"#3b82d6",
		]);
		expect([dark[0], dark[ZERO_STEP], dark[32]]).toEqual(["#c2560f", "#1d2127", "#2a6fc9"]);
	});

	it("has one rule a step, with bars that grow away from zero on the side of the sign", () => {
		const css = creditCss();
		expect(css.match(/\.q\d+\{/g)).toHaveLength(STEPS);
		expect(css).toContain("--up:0%;--down:50%");
		expect(css).toContain("--up:50%;--down:0%");
		expect(css).toMatch(/\.q16\{[^}]*--up:0%;--down:0%/);
	});
});

describe("creditScale", () => {
	it("takes the median size as unit and the 0.99 quantile as limit, without zeros and absent values", () => {
		const scale = creditScale([0, 0, Number.NaN, -1, 2, 3]);
		expect([scale.unit, scale.limit]).toEqual([2, 3]);
		// By hand: asinh(1/2) / asinh(3/2) = 0.481212 / 1.194763
		expect(Math.abs(scale.position(1) - 0.402768)).toBeLessThanOrEqual(1e-5);
	});

	it("is odd, rising, clipped at its ends, and inverts", () => {
		const kinds = fc.constantFrom("asinh" as const, "linear" as const);
		const size = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
		fc.assert(
			fc.property(fc.array(size, { minLength: 1, maxLength: 40 }), size, kinds, (values, x, kind) => {
				const scale = creditScale(values, kind);
				expect(scale.position(-x)).toBe(-scale.position(x));
				expect(Math.abs(scale.position(x))).toBeLessThanOrEqual(1);
				expect(scale.step(x)).toBeGreaterThanOrEqual(ZERO_STEP);
				expect(scale.step(-x)).toBeLessThanOrEqual(ZERO_STEP);
				if (x < scale.limit) expect(Math.abs(scale.value(scale.position(x)) / x - 1)).toBeLessThanOrEqual(1e-6);
			}),
		);
	});

	it("keeps absent apart from zero, and survives a batch without any credit", () => {
		const empty = creditScale([0, Number.NaN]);
		expect([empty.step(0), empty.step(Number.NaN), empty.limit]).toEqual([ZERO_STEP, -1, 1]);
	});

	it("shows a batch in which every token has the same credit at the full step", () => {
		const scale = creditScale([0.7, 0.7, -0.7]);
		expect([scale.step(0.7), scale.step(-0.7)]).toEqual([32, 0]);
	});

	it("locked, goes to its ends and no further, and has room for each row's own scale", () => {
		const linear = lockedScale(2, "linear");
		expect([linear.limit, linear.position(-1), linear.position(5)]).toEqual([2, -0.5, 1]);
		const of = (...values: number[]) => creditScale(values);
		expect(commonLimit([of(0.2), of(1.341), of(-0.5)])).toBe(1.4);
		expect(commonLimit([of(0.0031)])).toBe(0.0031);
		expect(commonLimit([of(1234)])).toBe(1300);
		expect(commonLimit([])).toBe(1);
	});
});
