import { expect, it } from "vitest";
import { formula, textOf } from "./formula";

const plain = (text: string) => textOf(formula(text)).replaceAll("\u00a0", "");

it("makes fractions, indices and roots", () => {
	expect(formula("(x − mean) / sd")).toMatchObject({
		children: [{ tag: "mfrac", children: [{ tag: "mrow" }, { tag: "mtext" }] }],
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
