import { inLine } from "../engine/core/writing";
import { agrees } from "../engine/lint/agreement";
import type { CreditResult, RolloutBatch } from "../engine/rollouts/batch";
import type { CreditAnswer, ExactAnswer } from "../workers/labApi";
import { creditScale } from "./charts/creditScale";
import type { CreditRow } from "./charts/creditStrip";
import { membersOf } from "./exact";
import { exactRow } from "./exactRow";
import { findEntry, METHODS, TASKS, taskOf } from "./registries";
import { layoutStore } from "./stores/layout";
import { type Latest, type OurCredit, type Run, runStore } from "./stores/run";
import { selectionStore } from "./stores/selection";

/** Everything that the strip and the inspector show of one group of one rollout batch. */
export interface Comparison {
	readonly latest: Latest;
	readonly batch: RolloutBatch;
	/** Printable name of each token id. */
	readonly tokens: readonly string[];
	/** Rollouts of the group. */
	readonly members: readonly number[];
	/** The exact advantage where it is known, the method that trained, and those chosen beside it. */
	readonly rows: readonly CreditRow[];
	readonly step: number;
	/** Ids of all groups of the batch, in order of appearance. */
	readonly groups: readonly number[];
	readonly group: number;
	/** The row of the method that trained. */
	readonly trained: CreditRow;
	/** The exact advantage, first among the rows; null where it is not known. */
	readonly exact: CreditRow | null;
	/** What is known of the exact values: null while they are worked out, undefined where nobody asked. */
	readonly truth: ExactAnswer | null | undefined;
	/** The prompt as printable text. */
	readonly prompt: string;
	/** First token of the group at which the file's credit differs from ours; null where all agree or nothing was recomputed. */
	readonly mismatch: Place | null;
}
interface Place {
	readonly rollout: number;
	readonly token: number;
}

/** Id of the row with the credit of a file as we compute it. */
export const OURS_ROW = "ours";

/** What a batch has in common for all its groups, worked out once for each set of rows. */
interface Prepared {
	readonly answers: Answers;
	readonly chosen: readonly string[];
	readonly groups: readonly number[];
	readonly tokens: readonly string[];
	readonly trained: CreditRow;
	readonly others: readonly CreditRow[];
	readonly byGroup: Map<number, Comparison>;
}
type Answers = readonly CreditAnswer[];

const NO_ANSWERS: Answers = [];
const NO_ROWS: readonly string[] = [];
const prepared = new WeakMap<Latest, Prepared>();

/**
 * The group `wanted` of a batch, or its first, with a row for the exact advantage, for the method that trained and for each
 * that answered. The same object for equal questions.
 */
export function comparisonOf(
	latest: Latest,
	wanted: number | null,
	beside: Run["beside"] = null,
	chosen: readonly string[] = NO_ROWS,
	exact: Run["exact"] = null,
): Comparison {
	const answers = beside?.of === latest ? beside.answers : NO_ANSWERS;
	let batch = prepared.get(latest);
	if (batch?.answers !== answers || batch.chosen !== chosen) {
		batch = prepare(latest, answers, chosen);
		prepared.set(latest, batch);
	}
	const group = wanted !== null && batch.groups.includes(wanted) ? wanted : (batch.groups[0] ?? 0);
	const truth = exact?.of === latest ? exact.groups.get(group) : undefined;
	const known = batch.byGroup.get(group);
	const comparison = known && known.truth === truth ? known : compare(latest, batch, group, truth);
	batch.byGroup.set(group, comparison);
	return comparison;
}

function prepare(latest: Latest, answers: Answers, chosen: readonly string[]): Prepared {
	const { batch, credit, ours } = latest;
	const others = chosen.flatMap((id) => {
		const answer = answers.find((a) => a.method === id);
		return answer?.ok && id !== credit.method ? [{ ...rowOf(answer.credit), movable: true }] : [];
	});
	return {
		answers,
		chosen,
		groups: [...new Set(batch.groupIds)],
		tokens: tokenNames(latest),
		trained: ours ? { ...rowOf(credit), label: `theirs: ${credit.method}` } : rowOf(credit),
		others: ours ? [{ ...rowOf(ours.credit), id: OURS_ROW, label: `ours: ${ours.name}` }, ...others] : others,
		byGroup: new Map(),
	};
}

/** Methods pay in different units, so each row has a scale of its own. */
function rowOf({ method, advantage, terms }: CreditResult): CreditRow {
	const label = findEntry(METHODS, method)?.title ?? method;
	return { id: method, label, values: advantage, terms, scale: creditScale(advantage) };
}

/** Printable token names; none for a task that this build does not know, whose tokens then go by their numbers. */
export function tokenNames({ names, spec }: Pick<Latest, "names" | "spec">): readonly string[] {
	return names ?? (findEntry(TASKS, spec.task.id) ? taskOf(spec).vocab.tokens : []);
}

function compare(
	latest: Latest,
	{ groups, tokens, trained, others }: Prepared,
	group: number,
	truth: Comparison["truth"],
): Comparison {
	const { batch, step } = latest;
	const members = membersOf(batch.groupIds, group);
	const exact = truth === undefined || truth?.ok === false ? null : exactRow(batch, members, truth);
	const rows = [...(exact ? [exact] : []), trained, ...others];
	const first = members[0] ?? 0;
	const promptIds = batch.promptTokens.subarray(batch.promptOffsets[first], batch.promptOffsets[first + 1]);
	const prompt = inLine(Array.from(promptIds, (id) => tokens[id] ?? `#${id}`));
	const mismatch = latest.ours ? mismatchOf(latest, latest.ours, members) : null;
	return { latest, step, batch, tokens, groups, group, members, rows, trained, exact, truth, prompt, mismatch };
}

function mismatchOf({ batch, credit }: Latest, ours: OurCredit, members: readonly number[]): Place | null {
	const theirs = credit.advantage;
	const largest = theirs.reduce((most, x) => Math.max(most, Math.abs(x) || 0), 0);
	const differs = (i: number) =>
		batch.actionMask[i] === 1 &&
		!Number.isNaN(theirs[i]) &&
		!agrees(ours.credit.advantage[i] as number, theirs[i] as number, largest);
	for (const rollout of members)
		for (let token = 0; token < (batch.lengths[rollout] as number); token++)
			if (differs(rollout * batch.T + token)) return { rollout, token };
	return null;
}

/** What every panel shows at the moment; null before the first rollouts. */
export function currentComparison(): Comparison | null {
	const { latest, beside, exact } = runStore.getState();
	const { group } = selectionStore.getState();
	return latest ? comparisonOf(latest, group, beside, layoutStore.getState().rows, exact) : null;
}
