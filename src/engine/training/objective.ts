import { creditorOf } from "../credit/choice";
import { CpuOps } from "../credit/cpuOps";
import { creditBy } from "../credit/run";
import { lossConfig } from "../losses/registry";
import { surrogate } from "../losses/surrogate";
import type { RolloutBatch } from "../rollouts/batch";
import { annotate, remember } from "../signals/annotate";
import { type PlannedSignal, planSignals } from "../signals/planner";
import { PROVIDERS } from "../signals/registry";
import type { TaskSource } from "../signals/sources";
import { taskSource } from "../signals/taskSource";
import { buildTask } from "../spec/buildTask";
import { TASKS } from "../tasks/registry";
import { availableInTraining } from "./available";
import type { Objective } from "./cpuExecutor";
import type { TrainingPlan } from "./executor";

/**
 * The plan's method with the signals it reads, and its loss, in float64.
 * @param opsFor what evaluates the method on a batch.
 * @throws InvalidInput when either is unknown; MissingSignal when nothing here gives what the method reads.
 */
export function objectiveOf(plan: TrainingPlan, opsFor = (batch: RolloutBatch) => new CpuOps(batch)): Objective {
	const { loss, maxResponseLength } = plan;
	const config = lossConfig(loss.id, loss.params, maxResponseLength);
	const method = creditorOf(plan.method);
	const task = taskOf(plan);
	const signals = signalsOf(plan, task);
	return {
		...(signals.length > 0
			? {
					annotate: (batch, policy, memory, made) =>
						annotate(signals, batch, { policy, memory, ...(task ? { task } : {}) }, made),
				}
			: {}),
		...(signals.some(({ provider }) => provider.remember)
			? { remember: (batch, before) => remember(signals, batch, before) }
			: {}),
		children: Math.max(0, ...signals.map(({ provider, params }) => provider.children?.(params) ?? 0)),
		branchTemperature: Math.max(0, ...signals.map(({ provider, params }) => provider.temperature?.(params) ?? 0)),
		credit: (batch) => creditBy(method, plan.method.params, batch, opsFor(batch)),
		loss: (input) => surrogate(config, input),
	};
}

/** The signals that training with a plan computes for its method. @throws as `planSignals`. */
export function signalsOf(plan: TrainingPlan, task = taskOf(plan)): PlannedSignal[] {
	const method = creditorOf(plan.method);
	const has = { valueHead: plan.model.valueHead, reference: plan.reference };
	return planSignals(method, plan.method.params, availableInTraining(has, task), PROVIDERS, plan.signals);
}

/** The plan's task, where it is a registered one. */
function taskOf({ task, items }: TrainingPlan): TaskSource | undefined {
	const definition = task && TASKS.find(({ id }) => id === task.id);
	if (!definition || !task) return undefined;
	return taskSource(buildTask(definition, task), items ?? []);
}
