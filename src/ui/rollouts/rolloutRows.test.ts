import { describe, expect, it } from "vitest";
import { filterRows, type RolloutRow, sortRows } from "./rolloutRows";

const row = (rollout: number, given: Partial<RolloutRow>): RolloutRow => ({
	rollout,
	step: 10 * rollout,
	group: 0,
	success: false,
	value: 0,
	length: 3,
	logProb: -1,
	entropy: 1,
	credit: 0,
	text: "",
	...given,
});
const rows = [
	row(0, { value: 1, success: true, text: "take walk door", entropy: 0.2 }),
	row(1, { value: 0, text: "walk walk door", entropy: Number.NaN }),
	row(2, { value: 1, success: true, text: "take door", length: 2, entropy: 0.1 }),
];
const kept = (filter: string) => filterRows(rows, filter).rows.map((r) => r.rollout);

describe("filterRows", () => {
	it("joins parts by and: numbers, bounds, words", () => {
		expect(kept("")).toEqual([0, 1, 2]);
		expect(kept("return:1 take")).toEqual([0, 2]);
		expect(kept("length<3")).toEqual([2]);
		expect(kept("step>5 step<15")).toEqual([1]);
		expect(kept("solved:no")).toEqual([1]);
		expect(kept("DOOR return>0.5 length>2")).toEqual([0]);
	});

	it("knows tokens by their whole names, short names of columns, and minus", () => {
		expect(kept("tool:take")).toEqual([0, 2]);
		expect(kept("tool:tak")).toEqual([]);
		expect(kept("reward:0 tool:walk len>2")).toEqual([1]);
		expect(kept("-take")).toEqual([1]);
		expect(kept("-solved:yes -len<3")).toEqual([1]);
	});

	it("finds tools where they are known apart from the text", () => {
		const known = [row(0, { text: "an id", tools: "search read_file" }), row(1, { text: "search", tools: "" })];
		expect(filterRows(known, "tool:search").rows.map((r) => r.rollout)).toEqual([0]);
		expect(filterRows(known, "tool:read").rows).toEqual([]);
	});

	it("says what it could not read, and then keeps every row", () => {
		expect(filterRows(rows, "size:3").problem).toContain('no column "size"');
		expect(filterRows(rows, "return:high").problem).toBe('"high" is not a number.');
		expect(kept("size:3")).toEqual([0, 1, 2]);
	});
});

describe("sortRows", () => {
	it("sorts both ways, keeps the order of equals and puts absent numbers last either way", () => {
		const order = (...args: [Parameters<typeof sortRows>[1], boolean]) => sortRows(rows, ...args).map((r) => r.rollout);
		expect(order("value", true)).toEqual([0, 2, 1]);
		expect(order("entropy", false)).toEqual([2, 0, 1]);
		expect(order("entropy", true)).toEqual([0, 2, 1]);
		expect(order("text", false)).toEqual([2, 0, 1]);
	});
});
