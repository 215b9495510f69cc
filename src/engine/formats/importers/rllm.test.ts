import { describe, expect, test } from "vitest";
import { convert, samples } from "./testing";

describe("files of rLLM", () => {
	test("rLLM: what a later prompt adds is the environment's reply", () => {
		expect(convert(samples.rllm!)[0]).toMatchObject({
			group: "task9",
			step: 3,
			success: true,
			tokens: [3, 4, 5, 6],
			mask: [1, 1, 0, 1],
			logprobs: [-1, -2, null, -3],
			advantages: { rllm: [0.5, 0.5, null, 0.25] },
		});
		const [trajectory] = samples.rllm!.trajectories as { steps: Record<string, unknown>[] }[];
		const chat = (...said: string[]) =>
			said.map((content, i) => ({ role: i === 0 ? "user" : i % 2 === 1 ? "assistant" : "tool", content }));
		const extra = [
			{ mc_return: 0.75, chat_completions: chat("q", "look"), weight_version: 3 },
			{ mc_return: 1, chat_completions: chat("q", "look", "found", "done") },
		];
		const steps = trajectory!.steps.map((step, i) => ({ ...step, ...extra[i] }));
		const [record] = convert({
			...samples.rllm!,
			termination_reason: "max_turns_exceeded",
			trajectories: [{ ...trajectory, name: "solver", steps }],
		});
		expect(record).toMatchObject({
			signals: { mcReturn: [0.75, 0.75, null, 1] },
			done: "limit",
			termination_reason: "max_turns_exceeded",
			trajectory: { name: "solver" },
			trajectory_steps: [{ weight_version: 3 }, {}],
			messages: [
				{ start: 0, end: 0, role: "user", content: "q" },
				{ start: 0, end: 2, role: "assistant", content: "look" },
				{ start: 2, end: 3, role: "tool", content: "found" },
				{ start: 3, end: 4, role: "assistant", content: "done" },
			],
		});
	});
	test("rLLM training files: steps as text, the observation before an action", () => {
		const steps = [
			{ observation: "room 1", model_response: "go on", action: { move: 1 }, reward: 0 },
			{ observation: { room: 2 }, action: "stay", reward: 1 },
		];
		expect(convert({ ...samples.rllm!, trajectories: [{ reward: 1, steps }] })[0]).toMatchObject({
			prompt: "room 1",
			tokens: ["go", " on", '{"room":2}', "stay"],
			mask: [1, 1, 0, 1],
			turns: [
				{ start: 0, end: 2, actor: "policy", reward: 0 },
				{ start: 2, end: 3, actor: "environment", reward: null },
				{ start: 3, end: 4, actor: "policy", reward: 1 },
			],
			reward: 1,
		});
	});
});
