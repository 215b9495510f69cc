import { expect, it } from "vitest";
import { formula, pieces, textOf } from "./formula";

const plain = (text: string) => textOf(formula(text)).replaceAll("\u00a0", "");

it("makes fractions, indices and roots", () => {
	expect(formula("(x − mean) / sd")).toMatchObject({
		children: [{ tag: "mfrac", children: [{ tag: "mrow" }, { tag: "mi" }] }],
	});
	expect(formula("x12 − 0.5").children).toMatchObject([
		{ tag: "msub", children: [{ text: "x" }, { text: "12" }] },
		{ tag: "mo", text: "−" },
		{ tag: "mn", text: "0.5" },
	]);
	expect(formula("√ (sd² + 1)").children?.[0]?.tag).toBe("msqrt");
});

it("leaves no word out, whatever it is given", () => {
	for (const text of [
		"discounted sum from here on (rewards)",
		"(a ? b : c)",
		"min(x1, (−0.25))",
		"mean over the group, same state (x3, x4)",
		"((unbalanced",
		"",
	])
		expect(plain(text)).toBe(text.replaceAll(" ", ""));
});

it("sets words apart from words and numbers, and leaves the gaps around operators to MathML", () => {
	const set = (text: string) => textOf(formula(text)).replaceAll("\u00a0", " ");
	expect(set("rewards + next")).toBe("rewards+next");
	expect(set("1 as x5 is 0")).toBe("1 as x5 is 0");
	expect(set("x4 == 1")).toBe("x4==1");
	expect(set("one alone: x / (1 + 0.5)")).toBe("one alone: x1+0.5");
	expect(set("sum (0 × 8, 1)")).toBe("sum (0×8, 1)");
	expect(set("standard deviation, n − 1, (1, 0)")).toBe("standard deviation, n−1, (1, 0)");
	expect(set("√(sd (n − 1)² + 1e−8)")).toBe("sd (n−1)²+1e−8");
	expect(set("known ((−0.5))")).toBe("known (−0.5)");
});

it("cuts long lists where a line may end, and nothing else", () => {
	const list = "mean (1.6, 0.6, 0.3 × 2, … 14 more …, 1)";
	expect(pieces(list)).toEqual(["mean (1.6,", "0.6,", "0.3 × 2,", "… 14 more …,", "1)"]);
	expect(pieces(list).map(plain).join("")).toBe(plain(list));
	for (const text of ["sum (0 × 8, 1)", "(a, b, c, d, e) / 2", "x1 + x2"]) expect(pieces(text)).toEqual([text]);
});
