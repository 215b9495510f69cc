import { InvalidInput } from "../core/errors";
import type { ExperimentSpec } from "./experiment";
import { type ParamTable, resolveParams } from "./params";

interface Entry {
	readonly id: string;
	readonly params: ParamTable;
}

/** What an experiment may name. */
export interface Registries {
	readonly tasks: readonly Entry[];
	readonly methods: readonly Entry[];
	readonly losses: readonly Entry[];
	readonly rewards?: readonly Entry[];
	readonly signals?: readonly Entry[];
}

interface Choice {
	readonly id: string;
	readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Checks the names in an experiment against the registries and completes the parameters of its task, method and loss.
 * @throws InvalidInput for an unknown name, and as `resolveParams` does.
 */
export function resolveSpec(
	spec: ExperimentSpec,
	{ tasks, methods, losses, rewards = [], signals = [] }: Registries,
): ExperimentSpec {
	for (const id of spec.probes) findEntry(methods, id, "method");
	return {
		...spec,
		task: { ...spec.task, ...resolveChoice(spec.task, tasks, "task") },
		method: {
			...resolveChoice(spec.method, methods, "method"),
			...(spec.method.rewards
				? { rewards: spec.method.rewards.map((writer) => resolveChoice(writer, rewards, "reward writer")) }
				: {}),
		},
		loss: resolveChoice(spec.loss, losses, "loss"),
		...(spec.signals ? { signals: resolveSignals(spec.signals, signals) } : {}),
	};
}

function resolveSignals(chosen: NonNullable<ExperimentSpec["signals"]>, entries: readonly Entry[]) {
	return Object.fromEntries(
		Object.entries(chosen).map(([id, params]) => [
			id,
			resolveChoice({ id, params }, entries, "signal provider").params,
		]),
	);
}

function resolveChoice({ id, params }: Choice, entries: readonly Entry[], kind: string): Choice {
	return { id, params: resolveParams(findEntry(entries, id, kind).params, params, `${kind} ${id}`) };
}

/** @throws InvalidInput that names what there is. */
export function findEntry<E extends { readonly id: string }>(entries: readonly E[], id: string, kind: string): E {
	const entry = entries.find((e) => e.id === id);
	if (!entry)
		throw new InvalidInput(`There is no ${kind} "${id}"; there are ${entries.map((e) => e.id).join(", ") || "none"}.`);
	return entry;
}
