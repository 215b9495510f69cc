import type { RolloutRecord } from "./record";

/** Rewards token by token: one that is not known is NaN on a token that counts, and 0 elsewhere, where nobody is paid. */
export function paidOf({ rewards = [], mask }: RolloutRecord): number[] {
	return rewards.map((reward, t) => reward ?? (mask?.[t] === 0 ? 0 : Number.NaN));
}

/** The return as the sum of the token rewards; NaN where one of a counted token is not known. */
export const sumOfRewards = (record: RolloutRecord): number => paidOf(record).reduce((sum, reward) => sum + reward, 0);

/** The rollout, with `otherwise` as its reward where it has none that is a number; NaN leaves the credit of its group unknown. */
export const withReward = (record: RolloutRecord, otherwise: number): RolloutRecord =>
	typeof record.reward === "number" || record.rewards ? record : { ...record, reward: otherwise };
