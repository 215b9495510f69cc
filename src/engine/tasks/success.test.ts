import { describe, expect, test } from "vitest";
import { tabulate } from "./machine";
import type { Environment, TaskItem } from "./task";

/** One choice: token 1 pays, token 0 does not. Ends are told apart by `split`. */
const choice = (split: boolean, declared: boolean): Environment<string> => ({
	start: () => "s",
	turn: (state) => (state === "s" ? { actor: "policy", legal: [0, 1] } : { actor: "done" }),
	step: (_, token) => ({ state: split ? `end${token}` : "end", reward: token }),
	key: (state) => state,
	...(declared ? { succeeded: (state: string) => state === "end0" } : {}),
});
const items: TaskItem[] = [{ id: "a", prompt: [0], data: null }];

describe("success of done states", () => {
	test("is a paid last transition where the environment does not say", () => {
		const machine = tabulate(choice(true, false), items, 2);
		expect([...(machine?.success ?? [])]).toEqual([0, 0, 1]);
	});
	test("is what the environment says, even against the reward", () => {
		const machine = tabulate(choice(true, true), items, 2);
		expect([...(machine?.success ?? [])]).toEqual([0, 1, 0]);
	});
	test("is refused where one end is reached with and without a reward", () => {
		expect(() => tabulate(choice(false, false), items, 2)).toThrow(/with and without a reward/);
	});
});
