import { expect, test } from "vitest";
import { words } from "./importer";
import { reportCard } from "./reportCard";
import { convert, samples } from "./testing";

test("words join to the text they came from", () => {
	for (const text of ["", " a  b\n", "one", "\n\n", "x y "]) expect(words(text).join("")).toBe(text);
});

test("writing without spaces is cut into characters, with their marks, and other writing as ever", () => {
	const text = "答案是 42，\n对吧？ GRPO很好 カーブ กี่คำ 한국어 말 👩‍💻!";
	expect(words(text)).toEqual([
		"答",
		"案",
		"是",
		" 42",
		"，",
		"\n对",
		"吧",
		"？",
		" GRPO",
		"很",
		"好",
		" カ",
		"ー",
		"ブ",
		" กี่",
		"ค",
		"ำ",
		" 한국어",
		" 말",
		" 👩‍💻!",
	]);
	expect(words(text).join("")).toBe(text);
	// Two answers that begin alike share their first tokens.
	expect(words("因为所以")[0]).toBe(words("因此")[0]);
	// A word of any length, without a stack of its characters.
	expect(words("x".repeat(2 ** 24)).length).toBe(1);
	for (const odd of ["\u0301a", "\ud800 \udc00x", "中\u0301文"]) expect(words(odd).join("")).toBe(odd);
});

test("the report card counts what is there", () => {
	const card = reportCard([...convert(samples.verl!), ...convert({ ...samples.verl!, uid: "7_1_0" })]);
	expect(card).toMatchObject({ rollouts: 2, steps: 1, groups: 1 });
	expect(card.found).toMatchObject({ text: 1, reward: 1, groups: 1, tokens: 0 });
	expect(card.missing).toEqual(["tokens", "mask", "logprobs", "ref_logprobs", "values", "advantages", "turns"]);
});
