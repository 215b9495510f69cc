import { messageOf } from "../core/errors";
import { METHODS } from "../credit/registry";
import { truthOfBatch } from "../oracle/batchTruth";
import { modelPolicy } from "../oracle/modelPolicy";
import type { OracleControl } from "../oracle/oracle";
import type { OracleMode } from "../oracle/truth";
import type { CreditResult, RolloutBatch } from "../rollouts/batch";
import type { ExperimentSpec } from "../spec/experiment";
import type { Task } from "../tasks/task";
import { BranchSampler, branchPlanOf } from "../training/branchSampler";
import { freshState } from "../training/checkpoint";
import { CpuLearner } from "../training/cpuLearner";
import { CpuRollout, rolloutBatch } from "../training/cpuRollout";
import type { TrainingPlan } from "../training/executor";
import { objectiveOf } from "../training/objective";
import { planOf } from "../training/plan";
import { HostPolicy } from "../training/policySource";
import { promptPool } from "../training/prompts";
import { Requests } from "../training/requests";
import { samplerFor } from "../training/turnSampler";
import { type MethodFidelity, methodFidelity } from "./ranking";

export interface ScoreQuestion {
	readonly spec: ExperimentSpec;
	readonly task: Task;
	/** Flat parameters of the policy. */
	readonly parameters: Float32Array;
	readonly prompts: number;
	readonly groupSize: number;
	/** Ids of methods; parameters at their defaults, those of the experiment's own method as it has them, behind its writers of rewards. */
	readonly methods: readonly string[];
	readonly mode: OracleMode;
}

/** What a method scores, or one sentence that says why it cannot be asked. */
export type MethodScore =
	| {
			readonly method: string;
			readonly ok: true;
			/** Null where no token's exact advantage is known. */
			readonly fidelity: MethodFidelity | null;
			/** Tokens generated for the method, rollouts included, for each token of the rollouts. */
			readonly cost: number;
	  }
	| { readonly method: string; readonly ok: false; readonly reason: string };

/**
 * Rollouts of a frozen policy on prompts of the evaluation split, and every method's credit of them held against the exact
 * advantage. What methods read is computed as in training. A token is decisive from a tenth of the range of returns.
 * **Throws** what the oracle throws.
 */
export async function scoreMethods(question: ScoreQuestion, control: OracleControl = {}): Promise<MethodScore[]> {
	const { task, parameters, prompts, groupSize, methods, mode } = question;
	const spec: ExperimentSpec = {
		...question.spec,
		rollout: { ...question.spec.rollout, prompts, groupSize },
		minibatches: 1,
		evaluation: { ...question.spec.evaluation, prompts },
	};
	const pool = promptPool(task, spec);
	const plan = planOf(spec, task, pool);
	const learner = new CpuLearner(plan);
	learner.upload(freshState(parameters));
	const { request } = new Requests(plan, pool).evaluation(0)[0]!;
	const record = samplerFor(plan, new CpuRollout(plan, learner.parameters)).sample(request);
	const batch = rolloutBatch(plan, request, record);
	const policy = modelPolicy(plan.model, learner.parameters, plan.sampling.temperature);
	const truth = await truthOfBatch({ task, batch, policy, mode, items: pool.evaluation }, control);
	const creditOf = (id: string): CreditResult => {
		const method = id === spec.method.id ? spec.method : { id, params: {} };
		const objective = objectiveOf({ ...plan, method });
		const { children: width = 0, branchTemperature } = objective;
		const sampler = (of: TrainingPlan) => samplerFor(of, new CpuRollout(of, learner.parameters));
		const brancher =
			width > 0
				? new BranchSampler(plan, width, sampler(branchPlanOf(plan, width, { temperature: branchTemperature ?? 0 })))
				: undefined;
		const given = new HostPolicy(plan, learner, brancher, request, record);
		// As at the first step of a run: nothing is remembered of earlier batches.
		const annotated = objective.annotate?.(batch, given, {});
		const credit = objective.credit(annotated?.batch ?? batch);
		return annotated ? { ...credit, cost: annotated.cost } : credit;
	};
	return methods.map((id) => scoreOf(id, batch, truth.advantage, 0.1 * task.returnRange, () => creditOf(id)));
}

function scoreOf(
	method: string,
	batch: RolloutBatch,
	truth: Float64Array,
	threshold: number,
	creditOf: () => CreditResult,
): MethodScore {
	try {
		const { advantage, cost } = creditOf();
		const tokens = batch.lengths.reduce((a, n) => a + n, 0);
		const fidelity = methodFidelity(batch, advantage, truth, threshold);
		return { method, ok: true, fidelity, cost: (tokens + cost.extraTokens) / Math.max(1, tokens) };
	} catch (error) {
		return { method, ok: false, reason: messageOf(error) };
	}
}

/** Ids of all registered methods. */
export const ALL_METHODS: readonly string[] = METHODS.map(({ id }) => id);
