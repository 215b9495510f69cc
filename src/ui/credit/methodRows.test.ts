import { expect, it } from "vitest";
import { clustered } from "./methodRows";

it("puts rows that say the same beside each other, whatever their unit", () => {
	const rows = [
		[1, 0, 0],
		[0, 1, 1],
		[5, 0, 0.1],
		[0, 3, 3.1],
		[Number.NaN, 1, -1],
	].map((r) => Float64Array.from(r));
	const order = clustered(rows);
	expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
	const place = (i: number) => order.indexOf(i);
	expect(Math.abs(place(0) - place(2))).toBe(1);
	expect(Math.abs(place(1) - place(3))).toBe(1);
	expect(clustered([])).toEqual([]);
});
