import { grouped, plural } from "../core/plural";
import type { RolloutRecord } from "../formats/record";
import { type Check, type LintInput, type OursChoice, percent } from "./check";
import { counts, theirCredit } from "./facts";
import { type Explanation, explainCredit, type Mismatch, type Recomputed } from "./recompute";

/** Above this share of equal tokens a method counts as the one that made the file. */
const EXPLAINED = 0.999;

/** All three checks ask the same question of the same rollouts. */
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
		const { theirs, best, alike, tokens } = answer;
		const compared = `on ${best.agreed === tokens ? "all" : `${grouped(best.agreed)} of`} ${plural(tokens, "token")} compared`;
		return {
			message: `The advantages called "${theirs}" are those of ${oneOf(alike.map(nameOf))} ${compared}.`,
			share: best.share,
			rows: rowsWithCredit(input),
			worst: rowsWithCredit(input)[0]!,
			ours: oursOf(best, placeOf(input, best.mismatch)),
		};
	},
};

/** A known method gives nearly all of the file's advantages, and not these. */
export const oddCredit: Check = {
	id: "oddCredit",
	title: "Tokens whose credit is not the method's",
	why: "One method gives the file's advantages on all but a few tokens. Numbers that were changed or damaged after the credit was computed, or a rule for some tokens only, are the usual causes.",
	harm: "suspicious",
	run(input) {
		const answer = answerOf(input);
		const mismatch = answer?.best.mismatch;
		if (!answer || answer.best.share < EXPLAINED || !mismatch) return null;
		const { best, differing, tokens } = answer;
		const rows = differing.map((i) => input.rows[i]!.row);
		const odd = tokens - best.agreed;
		return {
			message: `${plural(odd, "token")} of ${grouped(tokens)} ${odd === 1 ? "has" : "have"} another advantage than ${nameOf(best)} gives, in ${plural(rows.length, "rollout")}. ${odd === 1 ? "It is" : "The first is"} ${told(input, mismatch)}.`,
			share: 1 - best.share,
			rows,
			worst: input.rows[mismatch.row]!.row,
			ours: oursOf(best, placeOf(input, mismatch)),
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
		const mismatch = best.mismatch!;
		const claimed = named ? `; ${nameOf(named)}, which the file names, agrees on ${percent(named.share)}` : "";
		return {
			message: `The advantages called "${theirs}" are nearest to ${nameOf(best)}, which agrees on ${percent(best.share)} of the tokens${claimed}. First difference: ${told(input, mismatch)}.`,
			share: 1 - best.share,
			rows: rowsWithCredit(input),
			worst: input.rows[mismatch.row]!.row,
			ours: oursOf(best, placeOf(input, mismatch)),
		};
	},
};

/** "a", "a or b, which this file cannot tell apart". */
const oneOf = (names: readonly string[]): string =>
	names.length === 1
		? names[0]!
		: `${names.slice(0, -1).join(", ")} or ${names.at(-1)}, which this file cannot tell apart,`;

const placeOf = ({ rows }: LintInput, mismatch: Mismatch | null): OursChoice["mismatch"] =>
	mismatch && { row: rows[mismatch.row]!.row, token: mismatch.token };

/** Rollouts of a step are counted from 0, as on screen. */
function shownAs({ groups }: LintInput, row: number): string {
	const { step } = groups.find(({ members }) => members.some((m) => m.row === row))!;
	const before = groups
		.filter((group) => group.step === step)
		.reduce((n, { members }) => n + members.filter((m) => m.row < row).length, 0);
	const several = step !== undefined && groups.some((group) => group.step !== step);
	return `rollout ${before}${several ? ` of step ${step}` : ""}`;
}

const told = (input: LintInput, { row, token, theirs, ours }: Mismatch): string =>
	`${shownAs(input, input.rows[row]!.row)}, token ${token}, theirs ${short(theirs)}, ours ${short(ours)}`;

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
