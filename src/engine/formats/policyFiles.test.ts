import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { parameterLayout } from "../model/config";
import { modelPolicy } from "../oracle/modelPolicy";
import type { RolloutBatch } from "../rollouts/batch";
import { openSpec } from "../spec/registries";
import type { Task, TaskItem } from "../tasks/task";
import { play } from "../tasks/walk";
import { modelOf } from "../training/plan";
import { findItem, promptPool } from "../training/prompts";
import { POLICY_GRID, readPolicies } from "./policies";
import { readRecording } from "./recording";

const FOLDER = "public/datasets";
const readme = readFileSync(`${FOLDER}/README.md`, "utf8");
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".recording"));
const fileOf = (name: string) => name.replace(/recording$/, "policies");

it("take at most 10 MB in all", () => {
	const sizes = names.map((name) => readFileSync(`${FOLDER}/${fileOf(name)}`).length);
	expect(sizes.reduce((a, b) => a + b)).toBeLessThanOrEqual(10e6);
});

describe.each(names)("the policies of %s", (name) => {
	const recording = readRecording(gunzipSync(readFileSync(`${FOLDER}/${name}`)), name);
	const bytes = readFileSync(`${FOLDER}/${fileOf(name)}`);
	const policies = readPolicies(gunzipSync(bytes), fileOf(name));
	const { spec, task } = openSpec(recording.spec);
	const model = modelOf(spec, task);

	it("have the hash that is published, and are those of its frames", () => {
		expect(readme).toContain(createHash("sha256").update(bytes).digest("hex"));
		expect(policies).toMatchObject({ preset: recording.preset, grid: POLICY_GRID });
		expect(policies.steps).toEqual(recording.frames.map((f) => f.step));
		expect(policies.of(0)).toHaveLength(parameterLayout(model).size);
	});

	it("have the fingerprints of the recorded run, before they were rounded", () => {
		const prints = new Map(recording.fingerprints.map((f) => [f.step + 1, f.fingerprint]));
		const both = policies.steps.filter((step) => prints.has(step));
		expect(both.length).toBeGreaterThanOrEqual(2);
		for (const step of both) expect(policies.fingerprints[policies.steps.indexOf(step)]).toBe(prints.get(step));
	});

	it("wrote its rollouts: tokens have the probabilities that were recorded, up to the rounding, and no other step's fit", () => {
		const pool = promptPool(task, spec);
		const { frames, opening } = recording;
		const gaps = (f: number, by: number) => {
			const policy = modelPolicy(model, Float64Array.from(policies.of(by)), spec.rollout.temperature);
			return gapsOf(frames[f]!.batch, task, policy, (prompt) => findItem(pool, prompt)!);
		};
		// Unrounded parameters come within 4·10⁻⁷.
		for (const f of new Set([opening, frames.length - 1])) {
			const own = gaps(f, f);
			expect(own.length).toBeGreaterThan(0);
			expect(Math.max(...own)).toBeLessThanOrEqual(0.04);
			expect(mean(own)).toBeLessThanOrEqual(0.004);
			expect(mean(own)).toBeLessThanOrEqual(mean(gaps(f, f - 1)) / 3);
		}
	});
});

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

/** |π(token) − recorded| of the policy's tokens of the first rollouts. */
function gapsOf(
	batch: RolloutBatch,
	{ env }: Task,
	policy: ReturnType<typeof modelPolicy>,
	itemOf: (prompt: Int32Array) => TaskItem,
): number[] {
	return [0, 1, 2, 3].flatMap((b) => {
		const item = itemOf(batch.promptTokens.subarray(batch.promptOffsets[b], batch.promptOffsets[b + 1]));
		const from = b * batch.T;
		const response = [...batch.tokens.subarray(from, from + batch.lengths[b]!)];
		const { states } = play(env, item, response);
		const own = [...response.keys()].filter((t) => batch.actionMask[from + t] === 1);
		const prefixes = own.map((t) => {
			const turn = env.turn(states[t]);
			return { item, response: response.slice(0, t), legal: turn.actor === "policy" ? turn.legal : [], key: "" };
		});
		const rows = policy.logProbs(prefixes) as readonly Float64Array[];
		return own.map((t, i) => Math.abs(Math.exp(rows[i]![response[t]!]!) - Math.exp(batch.logProbs![from + t]!)));
	});
}
