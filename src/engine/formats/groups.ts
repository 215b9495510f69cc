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
