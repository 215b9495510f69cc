import { expect, it } from "vitest";
import type { Channel } from "../formats/importers/importer";
import { refusedMethods } from "./refusedMethods";

const NONE: Readonly<Record<Channel, number>> = {
	tokens: 0,
	logprobs: 0,
	ref_logprobs: 0,
	mask: 0,
	advantages: 0,
	values: 0,
	groups: 0,
	turns: 0,
	reward: 0,
	text: 0,
};

it("names the methods that wait for a channel, and none where it is there", () => {
	const text = refusedMethods({ ...NONE, text: 1, reward: 1, groups: 1 });
	expect(text.values).toContain("gae");
	expect(Object.values(text).flat()).not.toContain("grpo");
	expect(refusedMethods({ ...NONE, values: 0.5 }).values).toBeUndefined();
	expect(Object.keys(text).every((channel) => NONE[channel as Channel] === 0)).toBe(true);
});

it("says nothing of a method that lacks more than one thing", () => {
	const all = Object.values(refusedMethods(NONE)).flat();
	// Step rewards are no channel of a file: they would not come with any of them.
	expect(all).not.toContain("grpoProcess");
});
