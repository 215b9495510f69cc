import type { Machine } from "../tasks/machine";
import type { Task } from "../tasks/task";
import type { PlannedSignal } from "./planner";

/**
 * What a provider gives, as tables over tokens and machine states: executors that keep rollouts on a device look it up there instead of
 * reading them back. `carried`: the sampler writes it as it goes. `runs`: turns are longest runs of the policy's tokens. `paid`: spans are
 * paid what their tokens and the environment's replies to them earned.
 */
export type Tabulated =
	| { readonly gives: "carried" }
	| { readonly gives: "runs"; readonly of: "turns" }
	| { readonly gives: "paid"; readonly of: "turns" }
	/** A number for each state, equal where spans that start there are compared; 2^32 − 1: compared with none. */
	| { readonly gives: "stateKeys"; readonly of: "turns"; readonly byState: Uint32Array }
	| { readonly gives: "signal"; readonly signal: string; readonly byToken: Float64Array };

/** What tables are made from. */
export interface TabulationContext {
	readonly task: Task;
	readonly machine: Machine;
}

/** Tables of all planned signals but those that rollouts carry; null where one of them cannot be looked up. */
export function tabulateSignals(planned: readonly PlannedSignal[], context: TabulationContext): Tabulated[] | null {
	const tables = planned.map(({ provider, asked, params }) => provider.tabulate?.(asked, params, context) ?? null);
	if (tables.some((table) => table === null)) return null;
	return tables.filter((table) => table !== null && table.gives !== "carried") as Tabulated[];
}
