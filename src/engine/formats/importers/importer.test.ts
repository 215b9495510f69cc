import { expect, test } from "vitest";
import { words } from "./importer";
import { reportCard } from "./reportCard";
import { convert, samples } from "./testing";

test("words join to the text they came from", () => {
	for (const text of ["", " a  b\n", "one", "\n\n", "x y "]) expect(words(text).join("")).toBe(text);
});

test("the report card counts what is there", () => {
	const card = reportCard([...convert(samples.verl!), ...convert({ ...samples.verl!, uid: "7_1_0" })]);
	expect(card).toMatchObject({ rollouts: 2, steps: 1, groups: 1 });
	expect(card.found).toMatchObject({ text: 1, reward: 1, groups: 1, tokens: 0 });
	expect(card.missing).toEqual(["tokens", "mask", "logprobs", "ref_logprobs", "values", "advantages", "turns"]);
});
