import { expect, it } from "vitest";
import { lineBreak } from "./stripText";

it("a line ends before, after or around white space that breaks it", () => {
	const names = ["⏎", "⏎⋅⋅⋅⋅", "⏎return", "⋅⋅⋅⋅⏎x", ";⏎", ";⏎⋅⋅", "a⏎b", "⋅⋅x", "⋅", "x"];
	expect(names.map(lineBreak)).toEqual([
		"after",
		"after",
		"before",
		"before",
		"after",
		"after",
		null,
		null,
		null,
		null,
	]);
});
