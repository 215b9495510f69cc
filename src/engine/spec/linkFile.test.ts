import { describe, expect, it } from "vitest";
import { decodeFile, describeFile, encodeFile, shownName } from "./linkFile";

describe("the file of a link", () => {
	it.each([
		[{ hash: "9e41aa07", name: "step_30.jsonl" }, "9e41aa07 step_30.jsonl"],
		[{ hash: "9e41aa07", name: "" }, "9e41aa07"],
	])("%j is written as %j", (file, text) => {
		expect(encodeFile(file)).toBe(text);
		expect(decodeFile(text)).toEqual(file);
	});

	it("is not read from anything else", () => {
		for (const value of [
			"",
			"9e41aa0",
			"9E41AA07",
			"9e41aa07x",
			"9e41aa07\nname",
			`${"a".repeat(65)}`,
			7,
			null,
			["9e41aa07"],
		])
			expect(decodeFile(value), String(value)).toBeUndefined();
	});

	it("is named without its folders, in one line, and with nothing that hides or turns letters", () => {
		expect(shownName("/home/me/secret project/12.jsonl")).toBe("12.jsonl");
		expect(shownName("C:\\dumps\\12.jsonl")).toBe("12.jsonl");
		expect(shownName("a\u202Elnosj.\u0000exe\n\u2028")).toBe("alnosj.exe");
		expect(shownName("  ")).toBe("");
		expect([...shownName("😀".repeat(300))]).toHaveLength(100);
		expect(decodeFile("9e41aa07 ../../\u2066x")).toEqual({ hash: "9e41aa07", name: "x" });
	});

	it("is shown by name and the first digits of its hash", () => {
		expect(describeFile({ hash: "9e41aa07b1f4", name: "12.jsonl" })).toBe("12.jsonl (hash 9e41aa07)");
		expect(describeFile({ hash: "9e41aa07b1f4", name: "" })).toBe("the file with hash 9e41aa07");
	});
});
