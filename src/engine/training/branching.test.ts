import { describe, expect, it } from "vitest";
import { initParameters, toFloat32 } from "../model/parameters";
import { modelPolicy } from "../oracle/modelPolicy";
import { askOracle } from "../oracle/oracle";
import { responseOf } from "../signals/taskSource";
import type { ExperimentSpec } from "../spec/experiment";
import { findPreset } from "../spec/presets";
import { openSpec } from "../spec/registries";
import { BranchSampler, branchPlanOf } from "./branchSampler";
import { freshState } from "./checkpoint";
import { CpuLearner } from "./cpuLearner";
import { CpuRollout, rolloutBatch } from "./cpuRollout";
import { objectiveOf } from "./objective";
import { planOf } from "./plan";
import { promptPool } from "./prompts";
import { Requests } from "./requests";

const base = findPreset("keydoor").spec;
const small: ExperimentSpec = {
	...base,
	task: { id: "keydoor", params: { distractors: 2 } },
	model: { ...base.model, layers: 1, width: 8, heads: 2 },
	rollout: { ...base.rollout, prompts: 2, groupSize: 4 },
};

function scene(spec = small) {
	const opened = openSpec(spec);
	const pool = promptPool(opened.task, opened.spec);
	const plan = planOf(opened.spec, opened.task, pool);
	const learner = new CpuLearner(plan);
	learner.upload(freshState(toFloat32(initParameters(plan.model, 3).map((v) => 4 * v))));
	const request = new Requests(plan, pool).training(1);
	const record = new CpuRollout(plan, learner.parameters).sample(request);
	const brancher = (width: number, temperature?: number) =>
		new BranchSampler(
			plan,
			width,
			new CpuRollout(branchPlanOf(plan, width, { temperature: temperature ?? 0 }), learner.parameters),
		);
	return { ...opened, plan, pool, learner, request, record, brancher, batch: rolloutBatch(plan, request, record) };
}

describe("continuations of a prefix", () => {
	it.each([
		[1, undefined],
		[0.4, 0.4],
	])(
		"have as their mean return the exact value of the prefix at temperature %d, at every token of the policy",
		async (of, temperature) => {
			const { task, pool, plan, learner, request, record, batch, brancher } = scene();
			const item = pool.train.find(
				(i) => i.prompt.join() === [...request.promptTokens.subarray(0, request.promptLengths[0])].join(),
			)!;
			const policy = modelPolicy(plan.model, learner.parameters, of);
			const [truth] = await askOracle("enumerate", { task, item, responses: [responseOf(batch, 0)], policy, seed: 1 });
			const at = [...truth!.mask.keys()].filter((t) => truth!.mask[t]);
			const children = 1500;
			const points = at.map((t) => ({ rollout: 0, at: t }));
			const { returns, tokens } = brancher(300, temperature).branch(request, record, {
				points,
				children,
				greedy: false,
			});
			for (const [i, t] of at.entries()) {
				const own = returns.subarray(i * children, (i + 1) * children);
				const mean = own.reduce((a, r) => a + r, 0) / children;
				const sd = Math.sqrt(own.reduce((a, r) => a + (r - mean) ** 2, 0) / children);
				// Four standard errors: one of some four prefixes would miss them in 4,000 seeds.
				expect(Math.abs(mean - truth!.V[t]!), `token ${t}`).toBeLessThanOrEqual((4 * sd) / Math.sqrt(children) + 1e-12);
			}
			expect(tokens).toBeLessThanOrEqual(children * at.reduce((sum, t) => sum + plan.maxResponseLength - t, 0));
		},
	);

	it("have the temperature that their provider was asked for", () => {
		const { plan } = scene();
		const asking = (params: Readonly<Record<string, unknown>>) =>
			objectiveOf({ ...plan, method: { id: "vinePpo", params: {} }, signals: { branchedValues: params } });
		expect(asking({ temperature: 0.4 })).toMatchObject({ children: 9, branchTemperature: 0.4 });
		expect(asking({}).branchTemperature).toBe(0);
		expect(branchPlanOf(plan, 9).sampling.temperature).toBe(plan.sampling.temperature);
		expect(branchPlanOf(plan, 9, { temperature: 0.4 }).sampling.temperature).toBe(0.4);
	});

	it("do not depend on what else is asked, nor on how many rows are sampled at once", () => {
		const { request, record, brancher } = scene();
		const places = [
			{ rollout: 5, at: 0 },
			{ rollout: 2, at: 2 },
		];
		const both = brancher(4).branch(request, record, { points: places, children: 6, greedy: false });
		const one = brancher(3).branch(request, record, { points: places.slice(1), children: 6, greedy: false });
		expect(both.returns.slice(6)).toEqual(one.returns);
		expect(both.success.slice(6)).toEqual(one.success);
		expect(new Set(both.returns).size).toBeGreaterThan(1);
	});

	it("follow the most likely tokens when they are greedy: all alike up to the environment's chance", () => {
		const { request, record, brancher } = scene({ ...small, task: { id: "modchain", params: {} } });
		const points = [{ rollout: 0, at: 1 }];
		const { returns } = brancher(8).branch(request, record, { points, children: 8, greedy: true });
		expect(new Set(returns).size).toBe(1);
	});
});

describe("rollouts of a tree", () => {
	it("share tokens, replies and numbers with those they have not parted from, and part after", () => {
		const { batch, plan } = scene({ ...small, rollout: { ...small.rollout, groupSize: 8, branching: 2, segment: 2 } });
		const head = (b: number, n: number) => batch.tokens.slice(b * batch.T, b * batch.T + n).join(" ");
		expect(plan.sampling.branching).toBe(2);
		for (const group of [0, 8]) {
			expect(head(group + 3, 2)).toBe(head(group, 2));
			expect(head(group + 3, 4)).toBe(head(group + 2, 4));
			expect(head(group + 7, 4)).toBe(head(group + 6, 4));
		}
		expect(new Set(Array.from({ length: 16 }, (_, b) => head(b, 6))).size).toBeGreaterThan(4);
		expect([...batch.parent!.subarray(8)]).toEqual([-1, 8, 8, 10, -1, 12, 12, 14]);
	});
});
