import { largest } from "../core/extremes";
import { grouped, plural } from "../core/plural";
import { isPolicy, type MessageRecord, type NumberRow, type RolloutRecord } from "../formats/record";
import { type Check, type Member, percent } from "./check";
import { counts, returnOf, theirCredit } from "./facts";

interface Hit {
	readonly row: number;
	readonly n: number;
}

const total = (hits: readonly Hit[]) => hits.reduce((a, h) => a + h.n, 0);

/** Rollouts where `count` finds something, with how much. */
function hitsOf(rows: readonly Member[], count: (m: Member) => number): Hit[] {
	return rows.map((m) => ({ row: m.row, n: count(m) })).filter((h) => h.n > 0);
}

function finding(hits: readonly Hit[], of: number, message: string) {
	if (hits.length === 0) return null;
	const worst = hits.reduce((a, b) => (b.n > a.n ? b : a)).row;
	return { message, share: hits.length / of, rows: hits.map((h) => h.row), worst };
}

/** Non-zero credit where the mask is 0: prompt, tool output or padding. */
export const creditOffMask: Check = {
	id: "creditOffMask",
	title: "Credit on tokens that the policy did not write",
	why: "Tool replies, prompts or padding carry credit. If the loss does not mask them too, the policy is trained to predict its environment.",
	harm: "wrong",
	thread: "https://github.com/verl-project/verl/issues/4814",
	run({ rows }) {
		const scored = rows.filter((m) => m.record.mask && theirCredit(m.record));
		const hits = hitsOf(
			scored,
			({ record }) => theirCredit(record)!.row.filter((a, t) => a !== null && a !== 0 && !counts(record, t)).length,
		);
		return finding(
			hits,
			scored.length,
			`${plural(total(hits), "masked token")} in ${plural(hits.length, "rollout")} carry credit that is not zero.`,
		);
	},
};

/** One value over a whole rollout with at least two counted tokens. */
export const constantCredit: Check = {
	id: "constantCredit",
	title: "The same credit on every token",
	why: "The method that made this file gives no credit to single tokens: every token of an answer gets what the answer earned. That is what GRPO, RLOO and their like do; it is not a finding about the tokens.",
	harm: "note",
	run({ rows }) {
		const scored = rows.filter((m) => theirCredit(m.record) && m.record.tokens.length >= 2);
		const hits = hitsOf(scored, ({ record }) => {
			const own = theirCredit(record)!.row.filter((a, t): a is number => a !== null && counts(record, t));
			return own.length >= 2 && own.every((a) => a === own[0]) ? own.length : 0;
		});
		if (hits.length < scored.length * 0.5) return null;
		return finding(
			hits,
			scored.length,
			`${hits.length === scored.length ? "All" : `${grouped(hits.length)} of`} ${plural(scored.length, "rollout")} with credit have one value on all their tokens.`,
		);
	},
};

/**
 * Numbers that are missing where the mask says a token counts, rewards that are missing where other rollouts have one, and rewards that were
 * written and are no finite number.
 */
export const missingNumbers: Check = {
	id: "missingNumbers",
	title: "Numbers that are missing or not finite",
	why: "A counted token without log-probability, reward or credit was never scored, or the number overflowed on the way into the file. A rollout without a reward makes the mean of its whole group unknown.",
	harm: "wrong",
	run({ rows }) {
		const paid = rows.some(({ record }) => Number.isFinite(returnOf(record)));
		const unpaid = (record: RolloutRecord) =>
			record.reward === null || (paid && !Number.isFinite(returnOf(record))) ? 1 : 0;
		const hits = hitsOf(rows, ({ record }) => unpaid(record) + unknownTokens(record));
		const rewards = rows.reduce((n, { record }) => n + unpaid(record), 0);
		return finding(
			hits,
			rows.length,
			`${plural(rewards, "reward")} and ${plural(total(hits) - rewards, "number")} of counted tokens, in ${plural(hits.length, "rollout")}, are missing or not finite.`,
		);
	},
};

/** Returns from here on have squares that single precision cannot hold. */
const UNSQUARED = 2 ** 64;

/** Returns of 2⁶⁴ (1.8e19) or more in size: their squares are beyond single precision, and from 1e154 on beyond double precision. */
export const hugeRewards: Check = {
	id: "hugeRewards",
	title: "Rewards too large to be compared",
	why: "Methods that divide by the deviation of a group square its returns. In single precision those here overflow: the deviation becomes infinite and the credit zero. A sentinel for a failed reward, such as the largest number, is the usual cause.",
	harm: "wrong",
	run({ groups }) {
		const members = groups.flatMap((group) => group.members);
		const sizeOf = (m: (typeof members)[number]) => Math.abs(m.facts.reward);
		const huge = members.filter((m) => Number.isFinite(sizeOf(m)) && sizeOf(m) >= UNSQUARED);
		if (huge.length === 0) return null;
		const worst = huge.reduce((a, b) => (sizeOf(b) > sizeOf(a) ? b : a));
		return {
			message: `${plural(huge.length, "rollout")} of ${members.length} have returns of 1.8e19 or more in size, up to ${worst.facts.reward.toPrecision(3)}; in single precision their squares overflow.`,
			share: huge.length / members.length,
			rows: huge.map(({ row }) => row),
			worst: worst.row,
		};
	},
};

const ownMessages = ({ messages = [] }: RolloutRecord) =>
	messages.filter(({ role, start, end, content }) => isPolicy(role) && end > start && content.trim() !== "");

function unknownTokens(record: RolloutRecord): number {
	const channels = [record.logprobs, theirCredit(record)?.row, record.values, record.rewards];
	const unknown = (row: NumberRow = []) =>
		row.filter((x, t) => counts(record, t) && (x === null || !Number.isFinite(x))).length;
	return channels.reduce((n, row) => n + unknown(row), 0);
}

/** A mask that does not fit: it counts tokens of a turn that somebody else wrote, or none at all. Importers refuse other lengths and values. */
export const badMask: Check = {
	id: "badMask",
	title: "Masks that do not fit",
	why: "A mask counts the tokens that the policy wrote. One that counts a tool's reply trains the policy to predict its environment; a rollout without a single counted token teaches nothing. A mask that is shifted by one, or inverted, does both.",
	harm: "wrong",
	run({ rows }) {
		const masked = rows.filter((m) => m.record.mask);
		const hits = hitsOf(masked, ({ record: { mask = [], turns = [], tokens } }) => {
			if (!mask.includes(1)) return tokens.length;
			const foreign = turns.filter(({ actor }) => !isPolicy(actor));
			return foreign.reduce((n, { start, end }) => n + mask.slice(start, end).filter((m) => m === 1).length, 0);
		});
		const empty = masked.filter(({ record }) => record.tokens.length > 0 && !record.mask!.includes(1)).length;
		return finding(
			hits,
			masked.length,
			`${plural(hits.length - empty, "rollout")} count tokens of somebody else's turn, ${plural(empty, "rollout")} count none at all.`,
		);
	},
};

/** Log-probabilities above zero, which no distribution has. */
export const impossibleLogProbs: Check = {
	id: "impossibleLogProbs",
	title: "Log-probabilities above zero",
	why: "A probability cannot exceed one. Logits, ratios or log-probabilities of another base were written in their place.",
	harm: "wrong",
	run({ rows }) {
		const scored = rows.filter((m) => m.record.logprobs);
		const hits = hitsOf(scored, ({ record }) => record.logprobs!.filter((x) => x !== null && x > 1e-4).length);
		return finding(
			hits,
			scored.length,
			`${plural(total(hits), "log-probability").replace("ys", "ies")} in ${plural(hits.length, "rollout")} are above zero.`,
		);
	},
};

/** Sampler and trainer disagree: |Δ log p| over 0.1 nats on counted tokens, ratio outside [0.8, 1.2] counted too. */
export const samplerDrift: Check = {
	id: "samplerDrift",
	title: "Sampler and trainer disagree",
	why: "The log-probabilities with which tokens were sampled differ from those the trainer computes for the same weights: other kernels, precision, temperature or masks. Importance ratios then start away from one.",
	harm: "suspicious",
	run({ rows }) {
		const pairs = rows.flatMap(({ row, record }) => {
			const trainer = record.signals?.trainerLogProbs;
			if (!trainer || !record.logprobs) return [];
			const gaps = record.logprobs.flatMap((x, t) =>
				counts(record, t) && x !== null && trainer[t] != null ? [Math.abs(x - trainer[t])] : [],
			);
			return gaps.length > 0 ? [{ row, gaps }] : [];
		});
		const all = pairs.flatMap((p) => p.gaps);
		if (all.length === 0) return null;
		const outside = all.filter((gap) => gap > Math.log(1.2)).length / all.length;
		const meanGap = all.reduce((a, b) => a + b, 0) / all.length;
		if (!(meanGap > 0.1 || outside > 0.01)) return null;
		const hits = pairs.map((p) => ({ row: p.row, n: largest(p.gaps) })).filter((h) => h.n > Math.log(1.2));
		return finding(
			hits,
			pairs.length,
			`Log-probabilities of sampler and trainer differ by ${meanGap.toFixed(3)} nats on average; ${percent(outside)} of the ratios start outside 0.83 to 1.2.`,
		);
	},
};

/** Token rewards that do not add up to the return. */
export const rewardSum: Check = {
	id: "rewardSum",
	title: "Token rewards do not add up to the return",
	why: "The reward of a rollout is the sum of what its tokens were paid. Penalties inside the token rewards (KL, length), or a score from another place, are the usual cause.",
	harm: "suspicious",
	run({ rows }) {
		const both = rows.filter((m) => m.record.rewards && typeof m.record.reward === "number");
		const hits = hitsOf(both, ({ record }) => {
			const sum = returnOf({ ...record, reward: null });
			const gap = Math.abs(sum - (record.reward as number));
			return gap > 1e-4 * Math.max(1, Math.abs(sum)) ? gap : 0;
		});
		return finding(
			hits,
			both.length,
			`In ${plural(hits.length, "rollout")} of ${both.length} the token rewards do not sum to the reward.`,
		);
	},
};

/** Rollouts cut by the limit. */
export const truncatedRollouts: Check = {
	id: "truncatedRollouts",
	title: "Cut rollouts",
	why: "An answer that hit the length limit is often paid as a failure although nobody knows how it would have ended.",
	harm: "note",
	run({ rows }) {
		const told = rows.filter((m) => m.record.done !== undefined);
		const hits = hitsOf(told, (m) => (m.record.done === "limit" ? 1 : 0));
		if (hits.length < told.length * 0.05) return null;
		return finding(hits, told.length, `${percent(hits.length / told.length)} of the rollouts were cut by the limit.`);
	},
};

/** Text of the tokens does not join to the text that the file also holds: of the whole response, or of a message of the policy. */
export const retokenised: Check = {
	id: "retokenised",
	title: "Tokens and text differ",
	why: "The texts of the tokens do not join to the recorded answer: it was decoded and tokenised again. Credit then sits on other tokens than those that were sampled.",
	harm: "wrong",
	thread: "https://github.com/verl-project/verl/issues/6719",
	run({ rows }) {
		const both = rows.filter(
			({ record }) => record.text && (typeof record.response === "string" || ownMessages(record)[0]),
		);
		const hits = hitsOf(both, ({ record }) => {
			const spelt = record.text!;
			const whole = typeof record.response === "string" && spelt.join("") !== record.response ? 1 : 0;
			// A chat template may write more around a message, never less than what it says.
			const told = ({ start, end, content }: MessageRecord) =>
				spelt.slice(start, end).join("").includes(content.trim());
			return whole + ownMessages(record).filter((message) => !told(message)).length;
		});
		return finding(
			hits,
			both.length,
			`In ${plural(hits.length, "rollout")} of ${both.length} the tokens do not spell the recorded response.`,
		);
	},
};
