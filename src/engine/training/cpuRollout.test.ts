import { describe, expect, it } from "vitest";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { STREAMS } from "../core/rng";
import { initParameters } from "../model/parameters";
import { ACTOR } from "../tasks/machine";
import { CpuLearner } from "./cpuLearner";
import { CpuRollout, rolloutBatch } from "./cpuRollout";
import type { RolloutRequest, TrainingPlan } from "./executor";
import { planOf } from "./plan";
import { sequenceBlock } from "./sequences";

const plan = planOf(
	coinSpec({
		rollout: { prompts: 4, groupSize: 3, temperature: 0.8 },
		model: { layers: 2, width: 8, heads: 2, valueHead: true },
	}),
	coinTask,
);
const parameters = initParameters(plan.model, 1).map((v) => (v === 1 ? 1 : 15 * v));
const request = (over: Partial<RolloutRequest> = {}): RolloutRequest => ({
	step: 3,
	stream: STREAMS.sample,
	promptTokens: Int32Array.of(2, 3, 4, 2),
	promptLengths: Int32Array.of(1, 1, 1, 1),
	startStates: Uint32Array.from({ length: 4 }, () => plan.machine.start[0]!),
	...over,
});
const sample = (p: TrainingPlan, r: RolloutRequest) => new CpuRollout(p, parameters).sample(r);

describe("rollouts on the CPU", () => {
	const record = sample(plan, request());

	it("walk the machine: the policy calls, the environment flips, a match is paid", () => {
		for (let b = 0; b < 12; b++) {
			const [call, flip] = record.tokens.subarray(2 * b, 2 * b + 2);
			expect(record.lengths[b]).toBe(2);
			expect([...record.mask.subarray(2 * b, 2 * b + 2)]).toEqual([1, 0]);
			expect(plan.machine.actor[record.states[2 * b + 1]!]).toBe(ACTOR.environment);
			expect([...record.rewards.subarray(2 * b, 2 * b + 2)]).toEqual([0, call === flip ? 1 : 0]);
			expect(record.success[b]).toBe(call === flip ? 1 : 0);
			expect(record.truncated[b]).toBe(0);
			expect(record.logProbs[2 * b + 1]).toBe(0);
		}
	});

	it("have the log-probabilities, entropies and values of a teacher-forced pass", () => {
		const learner = new CpuLearner(plan);
		learner.parameters.set(parameters);
		const block = sequenceBlock(plan, { ...request(), rowsPerPrompt: 3 }, record, 0, 12);
		const { logProbs, entropy } = learner.score(block);
		expect(block.entries).toEqual(Int32Array.from({ length: 12 }, (_, b) => 2 * b));
		block.entries.forEach((at, i) => {
			expect(Math.abs(logProbs[i]! - record.logProbs[at]!)).toBeLessThanOrEqual(1e-12);
			expect(Math.abs(entropy[i]! - record.entropy[at]!)).toBeLessThanOrEqual(1e-12);
		});
		expect(new Set(record.values).size).toBeGreaterThanOrEqual(5);
	});

	it("do not depend on the other prompts of the batch, but on stream and step", () => {
		const other = sample(plan, request({ promptTokens: Int32Array.of(2, 4, 3, 3) }));
		expect(other.tokens.subarray(0, 6)).toEqual(record.tokens.subarray(0, 6));
		expect(other.logProbs.subarray(0, 6)).toEqual(record.logProbs.subarray(0, 6));
		const calls = (stream: number, from: number) =>
			Array.from({ length: 10 }, (_, i) => [...sample(plan, request({ stream, step: from + i })).tokens]).flat();
		expect(calls(STREAMS.sample, 10)).not.toEqual(calls(STREAMS.sample, 0));
		expect(calls(STREAMS.evaluation, 0)).not.toEqual(calls(STREAMS.sample, 0));
	});

	it("are cut by the limit, with the value of what they had", () => {
		const short = sample({ ...plan, maxResponseLength: 1 }, request());
		expect([...short.truncated]).toEqual(new Array(12).fill(1));
		expect([...short.success]).toEqual(new Array(12).fill(0));
		expect(short.bootstrap.every(Number.isFinite)).toBe(true);
		expect(record.bootstrap.every(Number.isNaN)).toBe(true);
	});

	it("become a batch with groups, prompts and returns", () => {
		const batch = rolloutBatch(plan, request(), record);
		expect([...batch.groupIds]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
		expect([...batch.promptTokens]).toEqual([2, 2, 2, 3, 3, 3, 4, 4, 4, 2, 2, 2]);
		expect([...batch.returns]).toEqual([...record.success]);
		expect(batch.values).toBe(record.values);
	});
});
