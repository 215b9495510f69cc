import { describe, expect, test } from "vitest";
import { Args } from "./args";
import type { Command } from "./command";

const command: Command = {
	name: "try",
	summary: "",
	usage: "",
	operands: ["file", "second?"],
	options: [
		{ name: "steps", value: "N", help: "" },
		{ name: "param", value: "K=V", repeat: true, help: "" },
		{ name: "fast", help: "" },
		{ name: "again", value: "FILE", optional: true, help: "" },
	],
	run: () => {},
};
const parse = (...argv: string[]) => Args.parse(command, argv);

describe("arguments", () => {
	test("are read in both spellings, in any order", () => {
		const args = parse("--steps", "3", "a.json", "--param=x=1", "--param", "y=-2", "--fast");
		expect(args.operand(0)).toBe("a.json");
		expect(args.integer("steps")).toBe(3);
		expect(args.all("param")).toEqual(["x=1", "y=-2"]);
		expect(args.flag("fast")).toBe(true);
		expect(args.text("steps")).toBe("3");
	});
	test("may leave out the value of an option where it is optional", () => {
		expect(parse("a").text("again")).toBeUndefined();
		expect(parse("a", "--again", "b.zip").text("again")).toBe("b.zip");
		expect(parse("a", "--again=b.zip").text("again")).toBe("b.zip");
		const bare = parse("a", "--again", "--fast");
		expect([bare.text("again"), bare.flag("fast")]).toEqual(["", true]);
		expect(parse("a", "--again").text("again")).toBe("");
	});
	test("after -- are operands, whatever they look like", () => {
		expect(parse("--", "--steps").operand(0)).toBe("--steps");
	});
	test.each([
		[["a", "--bogus"], /no option --bogus; it has --steps, --param, --fast, --again/],
		[["a", "-s", "3"], /no option -s/],
		[["a", "--steps"], /--steps needs a value/],
		[["a", "--steps", "--fast"], /--steps needs a value/],
		[["a", "--fast=1"], /takes no value/],
		[["a", "--steps", "1", "--steps", "2"], /given twice/],
		[[], /needs <file>/],
		[["a", "b", "c"], /what to do with "c"/],
	])("%j are refused in one sentence", (argv, message) => {
		expect(() => parse(...argv)).toThrow(message);
	});
	test.each(["", "x", "1.5", "-1", "NaN", "Infinity", "1e400", "101"])("--steps %j is no step count", (text) => {
		expect(() => parse("a", `--steps=${text}`).integer("steps", { min: 0, max: 100 })).toThrow(
			/must be an integer of at least 0 and of at most 100/,
		);
	});
	test("that were left out are undefined, and zero is not", () => {
		expect(parse("a").integer("steps")).toBeUndefined();
		expect(parse("a", "--steps", "0").integer("steps", { min: 0 })).toBe(0);
	});
});
