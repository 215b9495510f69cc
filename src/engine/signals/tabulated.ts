import type { Node } from "../credit/ops";
import type { Partition } from "../credit/partition";
import { type JudgeTable, tabulateJudge } from "../tasks/judge";
import type { Machine } from "../tasks/machine";
import type { Task, TaskItem } from "../tasks/task";
import type { FlowReading } from "./attention";
import type { PlannedSignal } from "./planner";

/**
 * What a provider gives, as tables over tokens and states, or as an expression of what is there already: executors that keep rollouts on
 * a device make it there instead of reading them back.
 */
export type Tabulated =
	/** Turns are longest runs of the policy's tokens. */
	| { readonly gives: "runs"; readonly of: "turns" }
	/** Steps are the spans of a partition. */
	| { readonly gives: "cuts"; readonly of: "steps"; readonly partition: Partition }
	/** Steps are those that the task's judge sees. */
	| { readonly gives: "judged"; readonly of: "steps"; readonly judge: JudgeTable }
	/** Judged steps have the smallest number that the judge says of them: one for each of its states and each token, NaN: nothing. */
	| {
			readonly gives: "verdict";
			readonly of: "steps";
			readonly column: "label" | "reward";
			readonly said: Float64Array;
	  }
	/** Spans are paid what their tokens and the environment's replies to them earned. */
	| { readonly gives: "paid"; readonly of: "turns" | "steps" }
	/** A number for each state of the machine, equal where spans that start there are compared; 2^32 − 1: compared with none. */
	| { readonly gives: "stateKeys"; readonly of: "turns" | "steps"; readonly byState: Uint32Array }
	| { readonly gives: "signal"; readonly signal: string; readonly byToken: Float64Array }
	/** A signal as a graph of primitives. */
	| { readonly gives: "expression"; readonly signal: string; readonly node: Node }
	/** The signals `waad` and `fai`, from the attention of a forward pass of the policy over the rollouts. */
	| { readonly gives: "attention"; readonly provider: string; readonly reading: FlowReading }
	/** The sampler or the step before credit writes it as it goes. */
	| { readonly gives: "carried" };

/** What tables are made from. */
export interface TabulationContext {
	readonly task: Task;
	readonly machine: Machine;
	/** The task's judge over all rollouts that there can be; null where it has none, or where that is too much. */
	judge(): JudgeTable | null;
}

/** @param items in the order of `machine.start`. */
export function tabulationContext(task: Task, machine: Machine, items: readonly TaskItem[]): TabulationContext {
	let known: JudgeTable | null | undefined;
	return {
		task,
		machine,
		judge() {
			if (known === undefined) known = task.judge ? tabulateJudge(task.judge, machine, items) : null;
			return known;
		},
	};
}

/** Tables of all planned signals; null where one of them cannot be made on a device. */
export function tabulateSignals(planned: readonly PlannedSignal[], context: TabulationContext): Tabulated[] | null {
	const tables = planned.map(({ provider, asked, params }) => provider.tabulate?.(asked, params, context) ?? null);
	const made = tables.filter((table) => table !== null);
	if (made.length < tables.length) return null;
	// What a judge says belongs to its own steps.
	const foreign = made.some(({ gives }) => gives === "verdict") && !made.some(({ gives }) => gives === "judged");
	return foreign ? null : made;
}
