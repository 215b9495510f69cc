import { describe, expect, it } from "vitest";
import { inLine, printable, visible, visibleLines, visibleName } from "./writing";

describe("printed tokens", () => {
	it("show every kind of white space by a mark of its own, but not the space that starts a word", () => {
		expect(
			[" the", "the", " ", "    ", "\n", "\n\n", "\t", "\r\n", "\n    return", ";\n", "a b", "a\nb", ""].map(printable),
		).toEqual(["the", "the", "⋅", "⋅⋅⋅⋅", "⏎", "⏎⏎", "⇥", "⏎", "⏎⋅⋅⋅⋅return", ";⏎", "a b", "a⏎b", "…"]);
	});

	it("show controls instead of obeying them, and leave joined emoji and Hebrew alone", () => {
		expect(printable(" \u202eevil")).toBe("⟨U+202E⟩evil");
		expect(visible("\u202egnp\u2066\u0000\u001b\ufeff\u200b\u007f\ud800")).toBe(
			"⟨U+202E⟩gnp⟨U+2066⟩␀␛⟨U+FEFF⟩⟨U+200B⟩⟨U+007F⟩⟨U+D800⟩",
		);
		for (const text of ["👩‍💻", "❤️", "שלום", "می‌خواهم"]) expect(visible(text)).toBe(text);
	});

	it("of names show white space that would not be seen, of several lines keep the lines", () => {
		const names = ["p0/3", "a b", " a", "a  b ", "a\nb\t", "\u00a0", "x\u202e\u2003y", "", "שלום"];
		expect(names.map(visibleName)).toEqual(["p0/3", "a b", "⋅a", "a⋅⋅b⋅", "a⏎b⇥", "⋅", "x⟨U+202E⟩⋅y", "…", "שלום"]);
		expect(visibleLines("a\u202e\n\tb\r\u009b")).toBe("a⟨U+202E⟩\n\tb␍⟨U+009B⟩");
	});

	it("stand in a line with spaces but not within Chinese or Thai", () => {
		expect(inLine(["GRPO", "是", "一", "种", "。", "two", "words", "กี่", "คำ"])).toBe("GRPO 是一种。 two words กี่คำ");
	});
});
