import { describe, expect, test } from "vitest";
import { convert, samples } from "./testing";

describe("files of verifiers", () => {
	test("traces: a rollout per leaf; compact arrays spread over the mask; null is not zero", () => {
		const [long, short] = convert(samples.verifiersTraces!);
		expect(long).toMatchObject({
			id: "e1/0",
			group: "g",
			step: 12,
			prompt: [1, 2],
			tokens: [3, 4, 5, 6, 7],
			mask: [1, 1, 0, 0, 1],
			logprobs: [-1, -2, null, null, -3],
			advantages: { "prime-rl": [0.5, null, null, null, -0.5] },
			turns: [
				{ start: 0, end: 2, actor: "policy" },
				{ start: 2, end: 3, actor: "tool" },
				{ start: 3, end: 5, actor: "policy" },
			],
			reward: 1,
			dims: { right: 1, neat: 0.5 },
			done: "limit",
		});
		expect(short).toMatchObject({ id: "e1/1", tokens: [8], mask: [1] });
	});
	test("traces: what the messages say stands beside the ids, reasoning and tool calls included", () => {
		const [long] = convert(samples.verifiersTraces!);
		expect(long!.messages).toEqual([
			{ start: 0, end: 0, role: "user", content: "q" },
			{ start: 0, end: 2, role: "assistant", content: "a" },
			{ start: 2, end: 3, role: "tool", content: "t" },
			{ start: 3, end: 5, role: "assistant", content: "b" },
		]);
		const call = { id: "1", name: "search", arguments: '{"q":"x"}' };
		const spoken = { role: "assistant", content: "let me", reasoning_content: "hm", tool_calls: [call] };
		const node = (message: object, more: object, parent: number | null = 0) => ({ parent, message, ...more });
		const traceOf = (...nodes: object[]) => convert({ ...samples.verifiersTraces!, traces: [{ nodes }] })[0]!;
		const asked = { sampled: false, token_ids: [1] };
		expect(
			traceOf(node({ role: "user", content: "q" }, asked, null), node(spoken, { sampled: true, token_ids: [2, 3] }))
				.messages,
		).toEqual([
			{ start: 0, end: 0, role: "user", content: "q" },
			{ start: 0, end: 2, role: "assistant", content: "let me", reasoning: "hm", calls: ['search({"q":"x"})'] },
		]);
		// A message without ids among others is text without tokens: ids stay ids.
		const mixed = traceOf(
			node({ role: "user", content: "q" }, { sampled: false }, null),
			node(spoken, { sampled: true, token_ids: [2, 3], mask: [true, true], logprobs: [-1, -2] }),
			node({ role: "tool", content: "found it" }, { sampled: false }, 1),
			node({ role: "assistant", content: "yes" }, { sampled: true, token_ids: [4], logprobs: [-3] }, 2),
		);
		expect(mixed).toMatchObject({
			prompt: "q",
			tokens: [2, 3, 4],
			mask: [1, 1, 1],
			logprobs: [-1, -2, -3],
			turns: [
				{ start: 0, end: 2, actor: "policy" },
				{ start: 2, end: 3, actor: "policy" },
			],
		});
		expect(mixed.messages![2]).toEqual({ start: 2, end: 2, role: "tool", content: "found it" });
		// Without any ids the words are the tokens, calls and reasoning among them.
		const words = traceOf(
			node({ role: "user", content: "q" }, { sampled: false }, null),
			node(spoken, { sampled: true }),
			node({ role: "tool", content: "found it" }, { sampled: false }, 1),
		);
		expect(words).toMatchObject({ prompt: "q", mask: [1, 1, 1, 1, 0, 0] });
		expect(words.tokens).toEqual(["hm", "\nlet", " me", ' search({"q":"x"})', "found", " it"]);
		expect(words.messages).toBeUndefined();
	});
	test("verifiers results: a kept trajectory has ids, and what was said stands beside them", () => {
		const tokens = (prompt_ids: number[], completion_ids: number[], completion_logprobs: (number | null)[]) => ({
			prompt_ids,
			completion_ids,
			completion_mask: completion_ids.map(() => 1),
			completion_logprobs,
		});
		const [user, look, found, done] = [
			{ role: "user", content: "q" },
			{ role: "assistant", content: "look" },
			{ role: "tool", content: "found it" },
			{ role: "assistant", content: "done" },
		];
		const steps = [
			{ tokens: tokens([1, 2], [3, 4], [-1, -2]), advantage: 0.5, reward: 0, trajectory_id: "t" },
			{ tokens: tokens([1, 2, 3, 4, 5], [6], [-3]), advantage: -0.5, reward: 1 },
		];
		const withChat = [
			{ ...steps[0]!, prompt: [user], completion: [look] },
			{ ...steps[1]!, prompt: [user, look, found], completion: [done] },
		];
		for (const trajectory of [steps, withChat]) {
			const row = { ...samples.verifiersResults!, prompt: [user], completion: [look, found, done], trajectory };
			expect(convert(row)[0]).toMatchObject({
				prompt: [1, 2],
				tokens: [3, 4, 5, 6],
				mask: [1, 1, 0, 1],
				logprobs: [-1, -2, null, -3],
				advantages: { verifiers: [0.5, 0.5, null, -0.5] },
				turns: [
					{ start: 0, end: 2, actor: "policy" },
					{ start: 2, end: 3, actor: "environment" },
					{ start: 3, end: 4, actor: "policy" },
				],
				messages: [
					{ start: 0, end: 0, role: "user", content: "q" },
					{ start: 0, end: 2, role: "assistant", content: "look" },
					{ start: 2, end: 3, role: "tool", content: "found it" },
					{ start: 3, end: 4, role: "assistant", content: "done" },
				],
				trajectory: [{ trajectory_id: "t", reward: 0 }, { reward: 1 }],
			});
		}
		const bad = [{ tokens: tokens([1], [2, 3], [-1]) }];
		expect(() => convert({ ...samples.verifiersResults!, trajectory: bad })).toThrow(
			"trajectory[0].tokens.completion_logprobs has 1 entries for 2 tokens",
		);
	});
	test("verifiers results: tool calls are part of the text, tool replies are masked", () => {
		const [record] = convert(samples.verifiersResults!);
		expect(record!.tokens.join("")).toBe('look read({"k":1})found itdone');
		expect(record!.mask).toEqual([1, 1, 0, 0, 1]);
		expect(record!.done).toBe("limit");
	});
});
