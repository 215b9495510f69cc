import { describe, expect, test } from "vitest";
import { convert, samples } from "./testing";

describe("files of messages", () => {
	test("completions: token texts with log-probabilities where they were asked for", () => {
		expect(convert(samples.openAiCompletions!)).toMatchObject([
			{ tokens: ["h", "i"], logprobs: [-0.5, -1], done: "limit", group: "c1" },
			{ tokens: ["yo", " man"], group: "c1" },
		]);
	});
	test("batch output: the answer's body within its envelope", () => {
		const { id: _, ...body } = samples.openAiCompletions!;
		const [first, second] = convert({ id: "b1", custom_id: "task-7", response: { body }, reward: 0.5, odd: 1 });
		expect(first).toMatchObject({
			id: "task-7/0",
			group: "task-7",
			tokens: ["h", "i"],
			reward: 0.5,
			odd: 1,
			done: "limit",
		});
		expect(second).toMatchObject({ id: "task-7/1", tokens: ["yo", " man"] });
	});
	test("Inspect: log-probabilities of the output and of model events, by id, by place, and only where they fit", () => {
		const logprobs = (...tokens: string[]) => ({ content: tokens.map((token, i) => ({ token, logprob: -i - 0.5 })) });
		const messages = [
			{ role: "user", content: "q" },
			{ role: "assistant", content: "look", id: "m1", tool_calls: [{ function: "find", arguments: { k: 1 } }] },
			{ role: "tool", content: "ok" },
			{ role: "assistant", content: "done", id: "m2" },
		];
		const choice = (message: object, ...tokens: string[]) => ({
			choices: [{ message, logprobs: logprobs(...tokens) }],
		});
		const sample = { ...samples.inspectSample!, messages };
		const output = choice({ content: "done" }, "do", "ne");
		expect(convert({ ...sample, output })[0]).toMatchObject({
			tokens: ["look", ' find({"k":1})', "ok", "do", "ne"],
			text: ["look", ' find({"k":1})', "ok", "do", "ne"],
			logprobs: [null, null, null, -0.5, -1.5],
			mask: [1, 1, 0, 1, 1],
		});
		const events = [
			{ event: "model", output: choice({ id: "m2", content: "done" }, "d", "one") },
			{ event: "tool", output: {} },
			{ event: "model", output: choice({ id: "m1", content: "look" }, "lo", "ok") },
		];
		expect(convert({ ...sample, events })[0]).toMatchObject({
			tokens: ["lo", "ok", "ok", "d", "one"],
			logprobs: [-0.5, -1.5, null, -0.5, -1.5],
			events,
		});
		// Without ids their places count, and what does not hold the message is of another one.
		const bare = messages.map(({ id: _, ...message }) => message);
		const inOrder = [events[2]!, events[0]!].map(({ output: o }) => ({ event: "model", output: o }));
		expect(convert({ ...sample, messages: bare, events: inOrder })[0]!.tokens).toEqual(["lo", "ok", "ok", "d", "one"]);
		expect(convert({ ...sample, messages: bare, events })[0]!.tokens).toEqual(["look", ' find({"k":1})', "ok", "done"]);
	});
	test("Inspect: letter grades are numbers", () => {
		expect(convert(samples.inspectSample!)[0]).toMatchObject({
			reward: 0.75,
			dims: { match: 1, neat: 0.5 },
			group: "s1",
		});
	});
});
