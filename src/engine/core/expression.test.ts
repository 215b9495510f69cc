import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInput } from "./errors";
import { parseExpression } from "./expression";

const grammar = { names: ["r", "policy"], tests: ["is"] };
const scope = { names: { r: 2, policy: 1 }, tests: { is: (text: string) => Number(text === "grab") } };
const value = (source: string) => parseExpression(source, grammar).evaluate(scope);

describe("parseExpression", () => {
	it("binds as people write", () => {
		expect(value("1 + 2 * 3 - 4 / 2")).toBe(5);
		expect(value("(1 + 2) * -3")).toBe(-9);
		expect(value("8 / 4 / 2")).toBe(1);
		expect(value("r > 1 and not (policy == 0) or 0")).toBe(1);
		expect(value("1e-2 + .5")).toBe(0.51);
	});

	it("knows names, tests of texts and functions", () => {
		expect(value('r - 0.5 * is("grab")')).toBe(1.5);
		expect(value('is("a b (c")')).toBe(0);
		expect(value("max(r, 5) + min(1, abs(-3))")).toBe(6);
		expect(value("if(r > 1, 10, 20)")).toBe(10);
		expect(parseExpression('is("x") + is("y")', grammar).texts).toEqual(["x", "y"]);
	});

	it.each([
		["", /the end at character 1; a number/],
		["1 +", /the end at character 4/],
		["2 r", /"r" at character 2; a sign/],
		["(1", /closing bracket/],
		["reward * 2", /has "reward"; it may have r, policy, is/],
		["is(grab)", /a text in quotes/],
		["if(1, 2)", /gives if 2 values; it takes 3/],
		["r ; r", /";", which means nothing/],
		["constructor", /has "constructor"/],
		["1".repeat(301), /at most 300/],
		["(".repeat(40), /nested more than 32/],
	])("says what is wrong with %s", (source, sentence) => {
		expect(() => parseExpression(source, grammar)).toThrow(sentence);
	});

	it("gives a number or one sentence for any text", () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 60 }), (source) => {
				try {
					expect(typeof value(source)).toBe("number");
				} catch (error) {
					expect(error).toBeInstanceOf(InvalidInput);
				}
			}),
		);
	});
});
