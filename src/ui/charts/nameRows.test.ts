import { expect, it } from "vitest";
import { nameMiddle, nameRows } from "./nameRows";

it("takes one row while names fit, more where they do not, and none where two letters would not", () => {
	expect(nameRows(["grab", "open"], 40, 3)).toEqual({ rows: 1, letters: 5 });
	// 25 pixels a token: 3 letters in one row, 7 in two, 11 in three.
	expect(nameRows(["grab", "apple"], 25, 3)).toEqual({ rows: 2, letters: 7 });
	expect(nameRows(["take-blue", "grab"], 25, 3)).toEqual({ rows: 3, letters: 11 });
	expect(nameRows(["take-blue", "grab"], 25, 2)).toEqual({ rows: 2, letters: 7 });
	expect(nameRows(["take-blue", "grab"], 6, 2)).toEqual({ rows: 0, letters: 0 });
	expect(nameRows([], 100, 2)).toEqual({ rows: 1, letters: 14 });
});

it("keeps the first and the last name inside", () => {
	expect(nameMiddle("take-blue", 100, { left: 86, right: 400 })).toBeCloseTo(86 + 4.5 * 6.8, 12);
	expect(nameMiddle("open", 395, { left: 86, right: 400 })).toBeCloseTo(400 - 2 * 6.8, 12);
	expect(nameMiddle("open", 200, { left: 86, right: 400 })).toBe(200);
});
