import { describe, expect, it } from "vitest";
import { defineMethod } from "./method";
import { add, groupStat, type Node, reduceToSpans, rolloutInput, select, spread, suffixSum, tokenInput } from "./ops";
import { STEPS, TURNS } from "./partition";
import { creditBy } from "./run";
import { batchOf } from "./testing";

/** What the types forbid but a graph from elsewhere may hold. */
const untyped = <L extends "token" | "rollout" | "span">(node: Node) => node as unknown as Node<L>;
const spans = (partition: typeof STEPS) => reduceToSpans(tokenInput("rewards"), "sum", partition);

describe("chains that make no sense are refused with a sentence", () => {
	it("numbers of different things", () => {
		expect(() => add(tokenInput("rewards"), untyped<"token">(rolloutInput("returns")))).toThrow(
			"add joins a number of a token with one of a rollout; spread or reduce one of them first.",
		);
		expect(() => select(tokenInput("values"), untyped<"token">(rolloutInput("returns")), 0)).toThrow(/^select joins/);
		expect(() => add(spans(STEPS), spans(TURNS))).toThrow("add joins spans of two partitions");
		expect(() =>
			groupStat(tokenInput("rewards"), "mean", { within: "batch" }, { where: untyped<"token">(spans(STEPS)) }),
		).toThrow("a statistic joins a number of a token with one of a span");
	});
	it("recursions over what has no next one", () => {
		expect(() => suffixSum(untyped<"token">(rolloutInput("returns")))).toThrow("a number of a rollout has no next one");
		expect(() => suffixSum(spans(STEPS), untyped<"span">(tokenInput("values")))).toThrow(/^a recursion joins/);
	});

	const method = (terms: Readonly<Record<string, Node<"token">>>, rest = {}) =>
		defineMethod({
			id: "mine",
			title: "",
			family: "group",
			summary: "",
			source: { cite: "", url: "", verification: "not verified" },
			params: {},
			presets: {},
			place: { unit: "rollout", source: "rollouts alone", extra: "none", offPolicy: false },
			traits: { zeroWhenEqual: false, groupLocal: false },
			gradients: [{ door: "scaled", apples: "scaled" }],
			needs: () => [],
			estimate: () => ({ terms, ...rest }),
		});
	const batch = batchOf([{ length: 2, reward: 1 }]);
	it("credit that is none", () => {
		expect(() => creditBy(method({}), {}, batch)).toThrow("Method mine gives no term");
		expect(() => creditBy(method({ outcome: untyped<"token">(rolloutInput("returns")) }), {}, batch)).toThrow(
			'Method mine, term "outcome": a number of a rollout; spread it to the tokens first.',
		);
		const good = { outcome: spread(rolloutInput("returns")) };
		expect(() => creditBy(method(good, { weights: rolloutInput("returns") }), {}, batch)).toThrow("mine, weights:");
		expect([...creditBy(method(good), {}, batch).advantage]).toEqual([1, 1]);
	});
});
