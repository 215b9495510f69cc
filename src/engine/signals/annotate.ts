import { MissingSignal } from "../core/errors";
import { CpuOps } from "../credit/cpuOps";
import type { Creditor } from "../credit/method";
import { atNeededLevels, carries } from "../credit/needs";
import { creditBy } from "../credit/run";
import type { CreditResult, RolloutBatch } from "../rollouts/batch";
import { withSignal } from "./additions";
import { type PlannedSignal, planSignals, type SignalChoices } from "./planner";
import type { Resource } from "./provider";
import { PROVIDERS } from "./registry";
import type { SignalMemory, Sources } from "./sources";

type Cost = CreditResult["cost"];

/**
 * The batch with what the planned providers add, and what that cost beyond the rollouts.
 * @param made signals that planned providers have made already, by name: elsewhere, or beside what they were asked for before.
 */
export function annotate(
	plan: readonly PlannedSignal[],
	batch: RolloutBatch,
	sources: Sources,
	made: RolloutBatch["signals"] = {},
) {
	let at = batch;
	let known = made;
	let cost: Cost = { extraTokens: 0, modelCalls: 0 };
	for (const { provider, asked, params } of plan) {
		const given = "signal" in asked ? known[asked.signal] : undefined;
		if ("signal" in asked && given?.provider === provider.id) {
			at = withSignal(at, asked.signal, given);
			continue;
		}
		const { batch: next, cost: more } = provider.annotate(at, { asked, params, sources });
		known = { ...known, ...addedSignals(at, next) };
		at = next;
		if (more)
			cost = {
				extraTokens: cost.extraTokens + more.extraTokens,
				modelCalls: cost.modelCalls + more.modelCalls,
			};
	}
	return { batch: at, cost };
}

function addedSignals(before: RolloutBatch, after: RolloutBatch): RolloutBatch["signals"] {
	return Object.fromEntries(Object.entries(after.signals).filter(([name, signal]) => before.signals[name] !== signal));
}

/** What the planned providers keep once a batch was trained on. */
export function remember(plan: readonly PlannedSignal[], batch: RolloutBatch, before: SignalMemory): SignalMemory {
	const kept: Record<string, number> = {};
	for (const { provider, params } of plan)
		if (provider.remember) kept[provider.id] = provider.remember(batch, before[provider.id], params);
	return kept;
}

/** Resources that sources stand for; `critic` and `reference` are the caller's to add. */
export function resourcesOf({ task, policy, memory }: Sources): Set<Resource> {
	const out = new Set<Resource>();
	if (task) out.add("task");
	if (task?.task.stepLabels) out.add("labels");
	if (task?.task.budget) out.add("budgets");
	if (task?.task.env.conclude) out.add("answers");
	if (policy) out.add("policy");
	if (policy?.branch) out.add("continuations");
	if (memory) out.add("memory");
	return out;
}

/**
 * The batch as a method needs it, and how it came to be so: what it lacks is computed by providers where they can.
 * @throws MissingSignal one sentence that says what is missing and what would supply it.
 */
export function annotateFor(
	method: Creditor,
	params: Readonly<Record<string, unknown>>,
	given: RolloutBatch,
	sources: Sources = {},
	choices: SignalChoices = {},
) {
	const batch = atNeededLevels(given, method, params);
	const available = {
		carries: (need: Parameters<typeof carries>[0]) => carries(need, batch),
		resources: resourcesOf(sources),
	};
	const plan = planSignals(method, params, available, PROVIDERS, choices);
	return { ...annotate(plan, batch, sources), plan };
}

/**
 * Whether a method that cannot answer on a batch could if the policy that wrote it were read, in passes over the rollouts and without
 * continuations of them.
 * @returns why it could not even then, as `planSignals` says it; null where it could.
 */
export function lackWithPolicy(
	method: Creditor,
	params: Readonly<Record<string, unknown>>,
	given: RolloutBatch,
	sources: Sources,
	choices: SignalChoices = {},
): string | null {
	const batch = atNeededLevels(given, method, params);
	const resources = resourcesOf(sources).add("policy");
	try {
		planSignals(method, params, { carries: (need) => carries(need, batch), resources }, PROVIDERS, choices);
		return null;
	} catch (error) {
		if (error instanceof MissingSignal) return error.plain;
		throw error;
	}
}

/**
 * Credit of a method on a batch that need not carry what the method reads. @throws as `annotateFor`.
 * @param opsFor what evaluates the method's graph on the batch with its signals.
 */
export function creditFrom(
	method: Creditor,
	params: Readonly<Record<string, unknown>>,
	batch: RolloutBatch,
	sources: Sources = {},
	choices: SignalChoices = {},
	opsFor = (annotated: RolloutBatch) => new CpuOps(annotated),
): CreditResult {
	const { batch: annotated, cost } = annotateFor(method, params, batch, sources, choices);
	return { ...creditBy(method, params, annotated, opsFor(annotated)), cost };
}
