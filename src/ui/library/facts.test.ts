import { expect, it } from "vitest";
import { LOSSES, METHODS, TASKS, WRITERS } from "../registries";
import { factsOf } from "./facts";

const linesOf = (kind: Parameters<typeof factsOf>[0], entries: typeof METHODS, id: string) => {
	const { about, lines } = factsOf(kind, entries.find((entry) => entry.id === id)!);
	return [about, ...lines.map(({ text }) => text)];
};

it("a writer says whether it adds, what it reads, and what the mean gradient behind it is", () => {
	expect(linesOf("reward", WRITERS, "rudder")).toEqual([
		"Stands before a method: what it pays takes the place of the rewards.",
		"Reads predicted return after each token",
		"Mean gradient of REINFORCE behind it against the exact one: equal",
	]);
	expect(linesOf("reward", WRITERS, "ircr")).toEqual([
		"Stands before a method: what it pays takes the place of the rewards.",
		"Reads nothing but what was paid",
		"Mean gradient of REINFORCE behind it against the exact one: cosine 0.938; rewards on the way: cosine 0.947",
	]);
	expect(linesOf("reward", WRITERS, "klPenalty")[0]).toContain("added to the rewards");
});

it("a method says where it stands; tasks and losses have no more than what sets them apart", () => {
	expect(linesOf("method", METHODS, "gae")).toEqual([
		"Family: critic.",
		"one number a token · from values of prefixes · reads values of the prefixes · costs a critic or fresh continuations · on-policy",
		expect.stringContaining("Mean gradient against the exact one: equal"),
	]);
	expect(linesOf("task", TASKS, "keydoor")).toHaveLength(1);
	expect(linesOf("loss", LOSSES, "ppo")).toEqual([""]);
});
