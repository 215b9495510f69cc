import { expect, it } from "vitest";
import { bandPath, linePath } from "./linePath";

it("draws lines through the points that there are, with gaps where there are none, and lone points as dots", () => {
	const nothing = Number.NaN;
	expect(
		linePath([
			[0, 1],
			[1, 2.34567],
			[2, nothing],
			[3, 4],
			[4, nothing],
			[5, 0],
			[6, -1],
		]),
	).toBe("M0,1L1,2.346M3,4ZM5,0L6,-1");
	expect([linePath([]), linePath([[1, nothing]])]).toEqual([null, null]);
});

it("closes a band from its upper line back along the lower", () => {
	const [upper, lower] = [
		[
			[0, 1],
			[2, 1],
		],
		[
			[0, 5],
			[2, 4],
		],
	] as const;
	expect(bandPath(upper, lower)).toBe("M0,1L2,1L2,4L0,5Z");
	expect(bandPath([], [])).toBeNull();
});
