import { describe, expect, it } from "vitest";
import { columnar, compact, duration, fixed, percent, signed, significant, spoken } from "./format";

describe("format", () => {
	it("signs numbers with a true minus and leaves zero unsigned, also a zero that rounding made", () => {
		expect([0.641, -0.123, 0, -0.001, 0.001].map((x) => signed(x))).toEqual(["+0.64", "−0.12", "0.00", "0.00", "0.00"]);
	});

	it("never prints NaN or Infinity as such", () => {
		expect([fixed(Number.NaN), fixed(Number.POSITIVE_INFINITY), significant(Number.NEGATIVE_INFINITY)]).toEqual([
			"–",
			"∞",
			"−∞",
		]);
		expect([compact(Number.NaN), duration(Number.NaN), percent(Number.NaN)]).toEqual(["–", "–", "–"]);
	});

	it("keeps the last zeros of numbers in a column", () => {
		expect([0.16, 0.132, -2, 0, 12345, Number.NaN].map(columnar)).toEqual([
			"0.160",
			"0.132",
			"−2.00",
			"0",
			"12300",
			"–",
		]);
	});

	it("keeps three significant digits over many magnitudes", () => {
		expect([0.0012345, 12.345, -0.5, 0, 3.14e-7, 123456].map(significant)).toEqual([
			"0.00123",
			"12.3",
			"−0.5",
			"0",
			"3.1e−7",
			"1.2e5",
		]);
	});

	it("shortens counts", () => {
		expect([8, 812, 1234, 5000, 45678, 999_900, 4_100_000].map(compact)).toEqual([
			"8",
			"812",
			"1.2k",
			"5k",
			"46k",
			"1M",
			"4.1M",
		]);
	});

	it("says durations in the two largest units", () => {
		expect([0.2, 14.4, 59.7, 125, 3780].map(duration)).toEqual([
			"under 1 s",
			"14 s",
			"1 min 00 s",
			"2 min 05 s",
			"1 h 03 min",
		]);
	});

	it("speaks credit in words", () => {
		expect([0.71, -0.2, 0.001, Number.NaN].map(spoken)).toEqual(["plus 0.71", "minus 0.20", "zero", "not scored"]);
	});
});
