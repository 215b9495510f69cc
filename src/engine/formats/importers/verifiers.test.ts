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
	test("traces of evaluations, which have empty lists of ids, are words", () => {
		const none = { token_ids: [], mask: [], is_content: [], logprobs: [] };
		const nodes = [
			{ message: { role: "user", content: "2+2" }, sampled: false, timestamp: 1, ...none },
			{ parent: 0, message: { role: "assistant", content: "it is 4" }, sampled: true, timestamp: 2, ...none },
		];
		const calls = [{ node: 1, finish_reason: "length", time: { start: 0, end: 1 } }];
		const task = { type: "Gsm8k", data: { idx: 0 }, key: "gsm8k-0", hash: "ab" };
		const agent = { config: {}, name: "agent", trainable: true };
		const trace = { version: 1, id: "t", task, agent, nodes, calls, rewards: { right: null }, ok: false, errors: [] };
		const line = { id: "e", env: { id: "gsm8k" }, task, ok: false, errors: [], traces: [trace] };
		expect(convert(line)).toMatchObject([
			{
				id: "e",
				group: "gsm8k-0",
				prompt: "2+2",
				tokens: ["it", " is", " 4"],
				mask: [1, 1, 1],
				reward: null,
				done: "limit",
			},
		]);
		const partly = {
			...trace,
			rewards: { right: { score: 1, weight: 2 }, judged: null },
			calls: [{ node: 1, finish_reason: "stop" }],
		};
		const [scored] = convert({ ...line, traces: [partly] });
		expect(scored).toMatchObject({ reward: 2, dims: { right: 1 }, done: "end" });
		expect(scored!.logprobs).toBeUndefined();
	});
	test("traces of agents that are not trained are not compared with the others", () => {
		const [trace] = samples.verifiersTraces!.traces as object[];
		const judge = { ...trace, agent: { name: "judge", trainable: false } };
		const groups = convert({ ...samples.verifiersTraces!, traces: [trace, judge] }).map(({ id, group }) => [id, group]);
		expect(groups).toEqual([
			["e1/0", "g"],
			["e1/1", "g"],
			["e1/1/0", "g/judge"],
			["e1/1/1", "g/judge"],
		]);
	});
	test("traces: a compact list that does not fit its mask is refused, not cut", () => {
		const [trace] = samples.verifiersTraces!.traces as { nodes: Record<string, unknown>[] }[];
		const nodes = trace!.nodes.map((node, i) => (i === 1 ? { ...node, logprobs: [-1, -2, -3] } : node));
		expect(() => convert({ ...samples.verifiersTraces!, traces: [{ ...trace, nodes }] })).toThrow(
			"traces[0].nodes[1].logprobs has 3 entries for 2 tokens; the lengths must agree.",
		);
	});
	test("traces before 0.3: one a line, with rewards that are weighted already", () => {
		const { nodes } = (samples.verifiersTraces!.traces as { nodes: object[] }[])[0]!;
		const task = { type: "T", data: { idx: 3 } };
		const run = { type: "train", id: "r", step: 7 };
		const line = { id: "t1", run, task, nodes: nodes.slice(0, 2), rewards: { right: 0.5, neat: 0.25 }, metrics: {} };
		expect(convert(line)).toMatchObject([
			{ id: "t1", step: 7, tokens: [3, 4], reward: 0.75, dims: { right: 0.5, neat: 0.25 } },
		]);
	});
	test("verifiers results: tool calls that were saved as JSON, text models, and rollouts that failed", () => {
		const call = JSON.stringify({ id: "1", name: "read", arguments: '{"k":1}' });
		const base = { ...samples.verifiersResults!, timing: {}, metrics: { right: 1 }, right: 1, tool_defs: [] };
		const chat = [{ role: "assistant", content: "look", tool_calls: [call, "not JSON"] }];
		expect(convert({ ...base, completion: chat })[0]!.tokens.join("")).toBe('look read({"k":1}) not JSON()');
		const text = { ...base, prompt: "once", completion: [{ role: "text", content: "upon a" }] };
		expect(convert(text)[0]).toMatchObject({ prompt: "once", tokens: ["upon", " a"], mask: [1, 1] });
		const failed = { ...base, completion: null, reward: 0, error: { error: "E", message: "m" } };
		expect(convert(failed)[0]).toMatchObject({ tokens: [], reward: 0, error: { error: "E" } });
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
			"trajectory[0].tokens.completion_logprobs has 1 entry for 2 tokens",
		);
	});
	test("verifiers results: tool calls are part of the text, tool replies are masked", () => {
		const [record] = convert(samples.verifiersResults!);
		expect(record!.tokens.join("")).toBe('look read({"k":1})found itdone');
		expect(record!.mask).toEqual([1, 1, 0, 0, 1]);
		expect(record!.done).toBe("limit");
	});
});
