import type { RolloutRecord, TurnRecord } from "../formats/record";
import { type Check, percent } from "./check";
import { counts, theirCredit } from "./facts";

/** Share of the rollouts of several turns from which the check speaks. */
const MOST = 0.5;

/**
 * Credit, or pay, only on the last turn of the policy: the file's own credit is zero on every earlier one, or, where it brings none, its
 * token rewards are, although its turns were rewarded.
 */
export const lastTurnOnly: Check = {
	id: "lastTurnOnly",
	title: "Only the last turn counts",
	why: "Earlier turns of these rollouts get nothing, so what was done there is never learned. A generator that keeps the reward of the last step alone, or a mask that covers the turns before, is the usual cause.",
	harm: "wrong",
	thread: "https://github.com/NovaSky-AI/SkyRL/issues/201",
	run({ rows }) {
		const several = rows.flatMap(({ row, record }) => {
			const last = isLastAlone(record);
			return last === null ? [] : [{ row, last }];
		});
		const hits = several.filter(({ last }) => last).map(({ row }) => row);
		const share = hits.length / several.length;
		if (!(share >= MOST)) return null;
		return {
			message: `${hits.length} of ${several.length} rollouts with several turns of the policy (${percent(share)}) have credit or reward on the last of them only.`,
			share,
			rows: hits,
			worst: hits[0]!,
		};
	},
};

/** null where there are not several turns of the policy, or nothing tells what each was given. */
function isLastAlone(record: RolloutRecord): boolean | null {
	const turns = (record.turns ?? []).filter((turn) => isOfPolicy(record, turn));
	const last = turns.at(-1);
	if (turns.length < 2 || !last) return null;
	const given = theirCredit(record)?.row ?? (wasRewardedBefore(turns) ? record.rewards : undefined);
	if (!given) return null;
	const amount = ({ start, end }: TurnRecord) =>
		given.slice(start, end).reduce<number>((sum, x, t) => sum + (counts(record, start + t) ? Math.abs(x ?? 0) : 0), 0);
	if (amount(last) === 0) return null;
	return turns.slice(0, -1).every((turn) => amount(turn) === 0);
}

const isOfPolicy = (record: RolloutRecord, { start, end }: TurnRecord) =>
	Array.from({ length: end - start }, (_, t) => counts(record, start + t)).some(Boolean);
const wasRewardedBefore = (turns: readonly TurnRecord[]) =>
	turns.slice(0, -1).some(({ reward }) => (reward ?? 0) !== 0);
