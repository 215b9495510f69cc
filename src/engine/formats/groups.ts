import type { RolloutRecord } from "./record";

/**
 * Key of the group of a rollout: equal for rollouts of one step and group. Without `group`, equal prompts of a step form one; a rollout that
 * has neither is a group of its own.
 * @param row number of the rollout among all that are grouped.
 */
export function groupKey({ step, group, prompt }: RolloutRecord, row: number): string {
	const name =
		group !== undefined ? ["group", String(group)] : prompt !== undefined ? ["prompt", prompt] : ["alone", row];
	return JSON.stringify([step ?? null, ...name]);
}

/** Whether nothing tells which rollouts this one belongs with. */
export const isAlone = ({ group, prompt }: RolloutRecord): boolean => group === undefined && prompt === undefined;

/** Rollouts with the group that each was put into: those that equal prompts put together get a name, `p0`, `p1` in order of appearance. */
export function withGroups(records: readonly RolloutRecord[]): RolloutRecord[] {
	const taken = new Set(records.flatMap(({ group }) => group ?? []));
	const names = new Map<string, string>();
	let next = 0;
	const newName = () => {
		while (taken.has(`p${next}`)) next++;
		return `p${next++}`;
	};
	return records.map((record, row) => {
		if (record.group !== undefined || isAlone(record)) return record;
		const key = groupKey(record, row);
		const group = names.get(key) ?? newName();
		names.set(key, group);
		return { ...record, group };
	});
}
