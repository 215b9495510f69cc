import type { RolloutRecord } from "../formats/record";
import type { Check, LintInput, OursChoice } from "./check";
import { counts, theirCredit } from "./facts";
import { type Explanation, explainCredit, type Recomputed } from "./recompute";

/** Above this share of equal tokens a method counts as the one that made the file. */
const EXPLAINED = 0.999;

/** Both checks ask the same question of the same rollouts. */
const answers = new WeakMap<LintInput, Recomputed | null>();

function answerOf(input: LintInput): Recomputed | null {
	if (!answers.has(input)) answers.set(input, explainCredit(input));
	return answers.get(input) ?? null;
}

/** The file's advantages are those of a known method. */
export const explainedCredit: Check = {
	id: "explainedCredit",
	title: "The method behind the credit",
	why: "The advantages in the file were computed again from its rewards and groups with every method and normaliser option that it has the inputs for; this one gives the same numbers.",
	harm: "note",
	run(input) {
		const answer = answerOf(input);
		if (!answer || answer.best.share < EXPLAINED) return null;
		return {
			message: `The advantages called "${answer.theirs}" are those of ${nameOf(answer.best)} on all ${answer.tokens} tokens compared.`,
			share: 1,
			rows: rowsWithCredit(input),
			worst: rowsWithCredit(input)[0]!,
			ours: oursOf(answer.best, null),
		};
	},
};

/**
 * No known method gives the file's advantages, although one should: the file names it, or every answer has one value, as group methods
 * give. Credit that differs from token to token under an unknown name may come from anything, a critic for example.
 */
export const unexplainedCredit: Check = {
	id: "unexplainedCredit",
	title: "Credit that no method reproduces",
	why: "Recomputed from the file's own rewards and groups, no method and no normaliser option gives these advantages. Rewards that were changed after the dump, groups that were merged or filtered before normalising, or a KL penalty inside the reward are the usual causes.",
	harm: "suspicious",
	run(input) {
		const answer = answerOf(input);
		if (!answer || answer.best.share >= EXPLAINED) return null;
		const { best, named, theirs } = answer;
		if (!named && !input.rows.every(({ record }) => isConstant(record))) return null;
		const { token, ...first } = best.mismatch!;
		const { row } = input.rows[first.row]!;
		const claimed = named ? `; ${nameOf(named)}, which the file names, agrees on ${percent(named.share)}` : "";
		return {
			message: `The advantages called "${theirs}" are nearest to ${nameOf(best)}, which agrees on ${percent(best.share)} of the tokens${claimed}. First difference: rollout ${row + 1}, token ${token}, theirs ${short(first.theirs)}, ours ${short(first.ours)}.`,
			share: 1 - best.share,
			rows: rowsWithCredit(input),
			worst: row,
			ours: oursOf(best, { row, token }),
		};
	},
};

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const short = (x: number) => String(Number(x.toPrecision(5)));

function nameOf({ method, preset, params }: Explanation): string {
	const given = Object.entries(params).map(([name, value]) => `${name}=${value}`);
	if (preset) return `${method} (${preset})`;
	return given.length > 0 ? `${method} with ${given.join(", ")}` : method;
}

const oursOf = (explanation: Explanation, mismatch: OursChoice["mismatch"]): OursChoice => ({
	method: explanation.method,
	params: explanation.params,
	name: nameOf(explanation),
	mismatch,
});

function isConstant(record: RolloutRecord): boolean {
	const own = theirCredit(record)?.row.filter((a, t) => a !== null && counts(record, t)) ?? [];
	return own.every((a) => a === own[0]);
}

function rowsWithCredit({ rows }: LintInput): number[] {
	const carries = (record: RolloutRecord) => Object.keys(record.advantages ?? {}).length > 0;
	return rows.filter(({ record }) => carries(record)).map(({ row }) => row);
}
