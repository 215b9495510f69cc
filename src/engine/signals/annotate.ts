import type { AnyMethod } from "../credit/method";
import { carries } from "../credit/needs";
import { creditBy } from "../credit/run";
import type { CreditResult, RolloutBatch } from "../rollouts/batch";
import { type PlannedSignal, planSignals, type SignalChoices } from "./planner";
import type { Resource } from "./provider";
import { PROVIDERS } from "./registry";
import type { Sources } from "./sources";

type Cost = CreditResult["cost"];

/** The batch with what the planned providers add, and what that cost beyond the rollouts. */
export function annotate(plan: readonly PlannedSignal[], batch: RolloutBatch, sources: Sources) {
	let at = batch;
	let cost: Cost = { extraTokens: 0, modelCalls: 0 };
	for (const { provider, asked, params } of plan) {
		const { batch: next, cost: more } = provider.annotate(at, { asked, params, sources });
		at = next;
		if (more)
			cost = {
				extraTokens: cost.extraTokens + more.extraTokens,
				modelCalls: cost.modelCalls + more.modelCalls,
			};
	}
	return { batch: at, cost };
}

/** Resources that sources stand for; `critic` and `reference` are the caller's to add. */
export function resourcesOf({ task, policy }: Sources): Set<Resource> {
	const out = new Set<Resource>();
	if (task) out.add("task");
	if (task?.task.stepLabels) out.add("labels");
	if (task?.task.budget) out.add("budgets");
	if (policy) out.add("policy");
	return out;
}

/**
 * The batch as a method needs it, and how it came to be so: what it lacks is computed by providers where they can.
 * @throws MissingSignal one sentence that says what is missing and what would supply it.
 */
export function annotateFor(
	method: AnyMethod,
	params: Readonly<Record<string, unknown>>,
	batch: RolloutBatch,
	sources: Sources = {},
	choices: SignalChoices = {},
) {
	const available = {
		carries: (need: Parameters<typeof carries>[0]) => carries(need, batch),
		resources: resourcesOf(sources),
	};
	const plan = planSignals(method, params, available, PROVIDERS, choices);
	return { ...annotate(plan, batch, sources), plan };
}

/** Credit of a method on a batch that need not carry what the method reads. @throws as `annotateFor`. */
export function creditFrom(
	method: AnyMethod,
	params: Readonly<Record<string, unknown>>,
	batch: RolloutBatch,
	sources: Sources = {},
	choices: SignalChoices = {},
): CreditResult {
	const { batch: annotated, cost } = annotateFor(method, params, batch, sources, choices);
	return { ...creditBy(method, params, annotated), cost };
}
