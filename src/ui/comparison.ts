import { type CreditScale, creditScale } from "./charts/creditScale";
import type { CreditRow, StripData } from "./charts/creditStrip";
import { findEntry, METHODS, TASKS, taskOf } from "./registries";
import type { Latest } from "./stores/run";

/** Everything that the strip and the inspector show of one group of one rollout batch. */
export interface Comparison extends StripData {
	readonly latest: Latest;
	readonly step: number;
	/** Ids of all groups of the batch, in order of appearance. */
	readonly groups: readonly number[];
	readonly group: number;
	/** The prompt as printable text. */
	readonly prompt: string;
}

/** What a batch has in common for all its groups, worked out once. */
interface Prepared {
	readonly groups: readonly number[];
	readonly tokens: readonly string[];
	readonly scale: CreditScale;
	readonly byGroup: Map<number, Comparison>;
}

const prepared = new WeakMap<Latest, Prepared>();

/** The group `wanted` of a batch, or its first, with a row for the method that trained. The same object for equal questions. */
export function comparisonOf(latest: Latest, wanted: number | null): Comparison {
	const batch = prepared.get(latest) ?? prepare(latest);
	prepared.set(latest, batch);
	const group = wanted !== null && batch.groups.includes(wanted) ? wanted : (batch.groups[0] ?? 0);
	const comparison = batch.byGroup.get(group) ?? compare(latest, batch, group);
	batch.byGroup.set(group, comparison);
	return comparison;
}

function prepare({ batch, credit, spec }: Latest): Prepared {
	return {
		groups: [...new Set(batch.groupIds)],
		tokens: tokenNames(spec),
		scale: creditScale(credit.advantage),
		byGroup: new Map(),
	};
}

/** Printable token names; none for a task that this build does not know, whose tokens then go by their numbers. */
export function tokenNames(spec: Latest["spec"]): readonly string[] {
	return findEntry(TASKS, spec.task.id) ? taskOf(spec).vocab.tokens : [];
}

function compare(latest: Latest, { groups, tokens, scale }: Prepared, group: number): Comparison {
	const { batch, credit, step } = latest;
	const members = [...batch.groupIds.keys()].filter((b) => batch.groupIds[b] === group);
	const row: CreditRow = {
		id: credit.method,
		label: findEntry(METHODS, credit.method)?.title ?? credit.method,
		values: credit.advantage,
		scale,
	};
	const first = members[0] ?? 0;
	const promptIds = batch.promptTokens.subarray(batch.promptOffsets[first], batch.promptOffsets[first + 1]);
	const prompt = Array.from(promptIds, (id) => tokens[id] ?? `#${id}`).join(" ");
	return { latest, step, batch, tokens, groups, group, members, rows: [row], prompt };
}
