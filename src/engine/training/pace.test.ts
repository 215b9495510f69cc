import { describe, expect, test } from "vitest";
import { Pace } from "./pace";

describe("pace", () => {
	test("of a steady loop is its rate, and the time left follows", () => {
		const pace = new Pace(0);
		expect(pace.secondsFor(10)).toBeNull();
		for (let t = 100; t <= 5000; t += 100) pace.add(1, 50, t);
		expect(pace.tokensPerSecond).toBeCloseTo(500, 6);
		expect(pace.secondsFor(30)).toBeCloseTo(3, 6);
	});
	test("leaves out pauses and forgets old speeds", () => {
		const pace = new Pace(0);
		pace.add(10, 1000, 1000);
		pace.skip(61_000);
		pace.add(10, 1000, 62_000);
		expect(pace.tokensPerSecond).toBeCloseTo(1000, 6);
		for (let t = 63_000; t < 120_000; t += 1000) pace.add(20, 2000, t);
		expect(Math.abs(pace.tokensPerSecond - 2000)).toBeLessThanOrEqual(1);
	});
});
