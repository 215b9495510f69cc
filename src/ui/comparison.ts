import { creditScale } from "./charts/creditScale";
import type { CreditRow, StripData } from "./charts/creditStrip";
import { findEntry, METHODS, taskOf } from "./registries";
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

/** The group `wanted` of a batch, or its first, with a row for the method that trained. */
export function comparisonOf(latest: Latest, wanted: number | null): Comparison {
	const { batch, credit, spec, step } = latest;
	const groups = [...new Set(batch.groupIds)];
	const group = wanted !== null && groups.includes(wanted) ? wanted : (groups[0] ?? 0);
	const members = [...batch.groupIds.keys()].filter((b) => batch.groupIds[b] === group);
	const tokens = taskOf(spec).vocab.tokens;
	const row: CreditRow = {
		id: credit.method,
		label: findEntry(METHODS, credit.method)?.title ?? credit.method,
		values: credit.advantage,
		scale: creditScale(credit.advantage),
	};
	const first = members[0] ?? 0;
	const promptIds = batch.promptTokens.subarray(batch.promptOffsets[first], batch.promptOffsets[first + 1]);
	const prompt = Array.from(promptIds, (id) => tokens[id] ?? `#${id}`).join(" ");
	return { latest, step, batch, tokens, groups, group, members, rows: [row], prompt };
}
