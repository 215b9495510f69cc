import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readRollouts } from "../formats/rolloutsJsonl";
import { resolveParams } from "../spec/params";
import { TASKS } from "../tasks/registry";
import { play } from "../tasks/walk";

const FOLDER = "public/datasets/rollouts";
const { skill, files } = JSON.parse(readFileSync(`${FOLDER}/manifest.json`, "utf8")) as {
	skill: number;
	files: { task: string; level: string; path: string; sha256: string }[];
};

it("there are sample rollouts of every task", () => {
	expect(files.map(({ task }) => task)).toEqual(TASKS.map(({ id }) => id).sort());
});

describe.each(files)("sample rollouts of $task", ({ task: id, level, path, sha256 }) => {
	const bytes = readFileSync(`${FOLDER}/${path}`);
	const { params, levels, build } = TASKS.find((t) => t.id === id)!;
	const task = build(resolveParams(params, levels[level]!, id));
	const records = readRollouts(bytes.toString("utf8"), path).map(({ record }) => record);

	it("have the hash that is published, and are small", () => {
		expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
		expect(bytes.length).toBeLessThanOrEqual(60_000);
	});

	it("are what the task allows, pays and calls a success", () => {
		const items = new Map(records.map(({ group }) => [group, task.item("train", Number(group!.slice(1)))]));
		for (const { group, prompt, tokens, text, rewards, reward, success, mask } of records) {
			const item = items.get(group)!;
			const ids = tokens as number[];
			const played = play(task.env, item, ids);
			expect(prompt).toEqual(item.prompt);
			expect(text).toEqual(ids.map((token) => task.vocab.tokens[token]));
			expect(played.done).toBe(true);
			for (const [t, r] of rewards!.entries()) expect(Math.abs(r! - played.rewards[t]!)).toBeLessThanOrEqual(1e-8);
			expect(Math.abs(reward! - played.total)).toBeLessThanOrEqual(1e-8);
			expect(success).toBe(task.success(item, ids, played.total));
			expect(mask).toEqual(ids.map((_, t) => (task.env.turn(played.states[t]).actor === "policy" ? 1 : 0)));
		}
	});

	it("carry exact advantages that telescope with their values: V + A = r + V after the token", () => {
		for (const { mask, values, rewards, advantages, tokens } of records)
			for (let t = 0; t < tokens.length; t++) {
				if (mask![t] !== 1) continue;
				const after = values![t + 1] ?? 0;
				const off = values![t]! + advantages!.exact![t]! - rewards![t]! - after;
				expect(Math.abs(off)).toBeLessThanOrEqual(1e-7);
			}
	});

	it("carry the log-probabilities of the policy that they name", () => {
		for (const { group, tokens, mask, logprobs } of records) {
			const { states } = play(task.env, task.item("train", Number(group!.slice(1))), tokens as number[]);
			for (const [t, logp] of logprobs!.entries()) {
				const turn = task.env.turn(states[t]);
				if (mask![t] !== 1 || turn.actor !== "policy") continue;
				// A best token has at least its share of the skill, any other just its share of the rest.
				const least = (1 - skill) / turn.legal.length;
				expect(Math.exp(logp!)).toBeGreaterThanOrEqual(least - 1e-8);
				expect(Math.exp(logp!)).toBeLessThanOrEqual(skill + least + 1e-8);
			}
		}
	});
});
