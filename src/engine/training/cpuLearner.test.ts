import { describe, expect, it } from "vitest";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { initParameters, toFloat32 } from "../model/parameters";
import { freshState } from "./checkpoint";
import { CpuLearner } from "./cpuLearner";
import { demonstrationBatch } from "./demonstrations";
import { planOf } from "./plan";
import { promptPool } from "./prompts";
import { sequenceBlock } from "./sequences";

const spec = coinSpec({
	model: { layers: 2, width: 8, heads: 2 },
	rollout: { prompts: 4, groupSize: 2, temperature: 0.7 },
});
const plan = planOf(spec, coinTask);
const state = freshState(toFloat32(initParameters(plan.model, 1).map((v) => (v === 1 ? 1 : 10 * v))));
const demonstrations = demonstrationBatch(plan, coinTask, promptPool(coinTask, spec), 1, 0.01);
const block = sequenceBlock(
	plan,
	{ ...demonstrations, rowsPerPrompt: 1 },
	{ ...demonstrations, mask: demonstrations.weights },
	0,
	8,
);
const gradientsOf = (dlogProbs: Float64Array) => ({ dlogProbs, dentropy: null, dvalues: null });
const minusMean = () => new Float64Array(block.scored.count).fill(-1 / block.scored.count);

describe("the learner", () => {
	it("scores the policy's tokens only, among its two legal ones", () => {
		const learner = new CpuLearner(plan);
		learner.upload(state);
		const { logProbs, entropy } = learner.score(block);
		expect(block.scored.count).toBe(8);
		const swapped = { ...block, scored: { ...block.scored, targets: block.scored.targets.map((v) => 1 - v) } };
		const other = learner.score(swapped).logProbs;
		logProbs.forEach((lp, i) => {
			expect(Math.abs(Math.exp(lp) + Math.exp(other[i]!) - 1)).toBeLessThanOrEqual(1e-12);
			expect(entropy[i]).toBeLessThanOrEqual(Math.LN2);
		});
	});

	it("raises the log-probability of what it is shown", () => {
		const learner = new CpuLearner(plan);
		learner.upload(state);
		const mean = () => learner.score(block).logProbs.reduce((a, lp) => a + lp, 0) / 8;
		const before = mean();
		for (let step = 0; step < 5; step++) {
			learner.score(block);
			expect(learner.learn(block, gradientsOf(minusMean()), 0.01).finite).toBe(true);
		}
		expect(mean()).toBeGreaterThan(before);
	});

	it("repeats itself bit for bit from a float32 checkpoint", () => {
		const run = (learner: CpuLearner, steps: number) => {
			for (let step = 0; step < steps; step++) {
				learner.score(block);
				learner.learn(block, gradientsOf(minusMean()), 0.01);
			}
			return learner.download();
		};
		const straight = new CpuLearner(plan);
		straight.upload(state);
		const broken = new CpuLearner(plan);
		broken.upload(state);
		const resumed = new CpuLearner(plan);
		resumed.upload(run(broken, 3));
		expect(run(resumed, 4)).toEqual(run(straight, 7));
	});

	it("keeps everything when the gradient is not finite, and says so", () => {
		const learner = new CpuLearner(plan);
		learner.upload(state);
		learner.score(block);
		const bad = minusMean();
		bad[3] = Number.NaN;
		expect(learner.learn(block, gradientsOf(bad), 0.01).finite).toBe(false);
		expect(learner.download()).toEqual(state);
	});
});
