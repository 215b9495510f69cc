import { expect, it } from "vitest";
import { docText, withLinks } from "./docText";

it("finds sentence, equation and named parts", () => {
	const text = `Group relative: the z-score of the return
within its group.

A = (R − mean R) / sd R.

**Edges** equal returns give 0;
a group of one as told.
**Source** Shao et al. 2024, https://arxiv.org/abs/2402.03300. More.`;
	expect(docText(text)).toEqual({
		sentence: "Group relative: the z-score of the return within its group.",
		body: ["A = (R − mean R) / sd R."],
		parts: [
			{ name: "Edges", text: "equal returns give 0; a group of one as told." },
			{ name: "Source", text: "Shao et al. 2024, https://arxiv.org/abs/2402.03300. More." },
		],
	});
});

it("tells addresses from text, without the full stop after them", () => {
	expect(withLinks("see https://a.org/b. Then").map((p) => p.url)).toEqual([null, "https://a.org/b", null]);
});
