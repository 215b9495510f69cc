import { InvalidInput } from "../core/errors";
import { type KlValues, klParams } from "../credit/klReward";
import type { Need, RewardChoice } from "../credit/method";
import { METHODS } from "../credit/registry";
import { REWARD_WRITERS } from "../credit/rewards/registry";
import { checkModelConfig, type ModelConfig } from "../model/config";
import { CRITIC_PARAMS } from "../signals/providers/criticValues";
import type { ExperimentSpec } from "../spec/experiment";
import { defaultsOf, resolveParams } from "../spec/params";
import { findEntry } from "../spec/resolveSpec";
import { tabulate } from "../tasks/machine";
import type { Task } from "../tasks/task";
import { TurnTable } from "../tasks/turnTable";
import type { CriticPlan, TrainingPlan } from "./executor";
import { type PromptPool, promptPool } from "./prompts";

/**
 * What an executor compiles for an experiment on a task. Vocabulary and context length follow from the task.
 * `machine.start` holds the start states of the training pool, then of the evaluation pool.
 * @throws InvalidInput when the sizes do not fit together.
 */
export function planOf(spec: ExperimentSpec, task: Task, pool: PromptPool = promptPool(task, spec)): TrainingPlan {
	const { prompts, groupSize, ...sampling } = spec.rollout;
	return {
		model: modelOf(spec, task),
		prompts,
		groupSize,
		maxPromptLength: task.maxPromptLength,
		maxResponseLength: task.maxResponseLength,
		sampling,
		...playOf(task, pool),
		method: spec.method,
		loss: spec.loss,
		optimizer: spec.optimizer,
		epochs: spec.epochs,
		minibatches: spec.minibatches,
		reference: needsReference(spec),
		seed: spec.seed,
		task: spec.task,
		items: [...pool.train, ...pool.evaluation],
		...(spec.signals ? { signals: spec.signals } : {}),
		...(spec.model.valueHead ? { critic: criticOf(spec) } : {}),
	};
}

/** The policy's shape. @throws InvalidInput when its sizes do not fit together. */
export function modelOf(spec: ExperimentSpec, task: Task): ModelConfig {
	return checkModelConfig({
		...spec.model,
		vocabSize: task.vocab.tokens.length,
		contextLength: task.maxPromptLength + task.maxResponseLength,
	});
}

function criticOf(spec: ExperimentSpec): CriticPlan {
	const own = resolveParams(CRITIC_PARAMS, spec.signals?.criticValues ?? {}, "signal provider criticValues");
	const reader = valueReader(spec);
	const { klCoef, klEstimator } = { ...defaultsOf(klParams), ...reader?.params } as KlValues;
	const rewards = learntRewards(spec);
	const bootstrap = reader?.params.bootstrap !== false;
	const discount = own.discount < 1 ? own.discount : discountOf(reader);
	return { ...own, discount, bootstrap, klCoef, klEstimator, ...(rewards.length > 0 ? { rewards } : {}) };
}

/** What a method discounts by from token to token; 1 where it does not. */
function discountOf(reader: ReturnType<typeof methodOf>): number {
	const discount = reader?.params.discount;
	if (!reader || typeof discount !== "number" || reader.method.discountsSpans?.(reader.params)) return 1;
	return discount;
}

/** The method and all its options; undefined for one that is not known here. */
export function methodOf({ method: { id, params } }: ExperimentSpec) {
	const method = METHODS.find((m) => m.id === id);
	const given: Readonly<Record<string, unknown>> = method ? resolveParams(method.params, params, `method ${id}`) : {};
	return method && { method, params: given };
}

/** The method if it reads values: only then must a value head be about the same rewards as the method. */
function valueReader(spec: ExperimentSpec) {
	const known = methodOf(spec);
	const needs = known?.method.needs(known.params) ?? [];
	return needs.some((need) => "field" in need && need.field === "values") ? known : undefined;
}

/**
 * The writers behind which a value head learns: those of a method that reads values, so that both are about the same rewards.
 * @throws InvalidInput for a writer that reads signals: they may come from the very values that are to be learnt.
 */
export function learntRewards(spec: ExperimentSpec): readonly RewardChoice[] {
	const { id, rewards = [] } = spec.method;
	if (!valueReader(spec)) return [];
	for (const writer of rewards)
		for (const need of writerNeeds(writer))
			if ("signal" in need)
				throw new InvalidInput(
					`Method ${id} reads values of a head that learns what tokens are paid, and reward writer ${writer.id} reads the signal "${need.signal}", which may come from those values; leave out model.valueHead or that writer.`,
				);
	return rewards;
}

/** The task's whole table where it has one of bearable size, else the environment and a table of what is visited. */
function playOf(task: Task, pool: PromptPool): Pick<TrainingPlan, "machine" | "turns"> {
	const items = [...pool.train, ...pool.evaluation];
	const vocabSize = task.vocab.tokens.length;
	const machine = task.tabulable === false ? null : tabulate(task.env, items, vocabSize);
	if (machine) return { machine };
	const table = new TurnTable(task.env, vocabSize, items.length);
	return { machine: table.machine, turns: { table, env: task.env, items } };
}

/** Whether a run keeps a frozen reference policy: its loss, its method or a writer before it compares with one. */
export function needsReference(spec: ExperimentSpec): boolean {
	const weight = spec.loss.params.klCoef;
	if (typeof weight === "number" && weight > 0) return true;
	const known = methodOf(spec);
	if (!known) return false;
	const needs = [known.method.needs(known.params), ...(spec.method.rewards ?? []).map(writerNeeds)];
	return needs.flat().some((need) => "field" in need && need.field === "refLogProbs");
}

/** What a writer of rewards reads. @throws InvalidInput for one that is unknown, or with such parameters. */
export function writerNeeds({ id, params }: RewardChoice): readonly Need[] {
	const writer = findEntry(REWARD_WRITERS, id, "reward writer");
	return writer.needs(resolveParams(writer.params, params, `reward writer ${id}`));
}
