import { type MethodFidelity, methodError, methodFidelity } from "../../engine/fidelity/ranking";
import type { CreditResult } from "../../engine/rollouts/batch";
import type { CreditAnswer } from "../../workers/labApi";
import { creditScale } from "../charts/creditScale";
import type { CreditRow } from "../charts/creditStrip";
import type { Comparison } from "../comparison";
import { membersOf } from "../exact";
import { findEntry, METHODS, taskOf } from "../registries";
import { type Run, runStore } from "../stores/run";

/** A method that answered, with its credit for the whole batch. */
export interface MethodRow extends CreditRow {
	readonly cost: CreditResult["cost"];
	/** Against exact, up to the best factor; null where that is not known. */
	readonly error: number | null;
	/** The same with its interval, and more; worked out when it is first read. */
	readonly fidelity: MethodFidelity | null;
}

type Answers = readonly CreditAnswer[];

const NONE: Answers = [];
const bare = new WeakMap<CreditResult, CreditRow>();
type Known = Run["exact"];
const kept = new WeakMap<
	Comparison,
	{ readonly answers: Answers; readonly exact: Known; readonly rows: readonly MethodRow[] }
>();

/** What the lab said of the rollouts of a comparison; empty before it did. */
export function answersOf({ latest }: Comparison, beside: { of: unknown; answers: Answers } | null): Answers {
	return beside?.of === latest ? beside.answers : NONE;
}

/**
 * One row a method that answered, the one that trained first, measured on every group of the batch whose exact values are known.
 * The same object for equal questions.
 */
export function methodRowsOf(
	comparison: Comparison,
	answers: Answers,
	exact: Known = runStore.getState().exact,
): readonly MethodRow[] {
	const known = kept.get(comparison);
	if (known?.answers === answers && known.exact === exact) return known.rows;
	const truth = knownTruth(comparison, exact);
	const { credit } = comparison.latest;
	const others = answers.flatMap((a) => (a.ok && a.method !== credit.method ? [a.credit] : []));
	const rows = [credit, ...others].map((result) => measured(comparison, result, truth));
	kept.set(comparison, { answers, exact, rows });
	return rows;
}

function measured(comparison: Comparison, result: CreditResult, truth: Float64Array | null): MethodRow {
	const error = truth ? methodError(comparison.batch, result.advantage, truth) : Number.NaN;
	return {
		...rowOf(result),
		cost: result.cost,
		error: Number.isNaN(error) ? null : error,
		get fidelity() {
			const value = truth && fidelityOf(comparison, truth, result.advantage);
			Object.defineProperty(this, "fidelity", { value });
			return value;
		},
	};
}

/** Methods pay in different units, so each row has a scale of its own. */
export function rowOf(result: CreditResult): CreditRow {
	const known = bare.get(result);
	if (known) return known;
	const { method, advantage, terms } = result;
	const label = findEntry(METHODS, method)?.title ?? method;
	const row = { id: method, label, values: advantage, terms, scale: creditScale(advantage) };
	bare.set(result, row);
	return row;
}

/** A token is decisive where |A| is at least this share of the range of returns. */
export const DECISIVE = 0.1;

function fidelityOf({ batch, latest }: Comparison, truth: Float64Array, values: Float64Array): MethodFidelity | null {
	return methodFidelity(batch, values, truth, DECISIVE * taskOf(latest.spec).returnRange);
}

/** Exact advantages of all groups that are known `[B·T]`, NaN elsewhere; null for none. */
function knownTruth({ latest, batch, exact: row }: Comparison, exact: Known): Float64Array | null {
	const groups = exact?.of === latest ? [...exact.groups] : [];
	const known = groups.flatMap(([group, answer]) => (answer?.ok ? [{ group, truths: answer.truths }] : []));
	if (known.length === 0) return row && !row.pending ? row.values : null;
	const out = new Float64Array(batch.B * batch.T).fill(Number.NaN);
	for (const { group, truths } of known)
		membersOf(batch.groupIds, group).forEach((b, k) => {
			const advantage = truths[k]?.advantage;
			if (advantage) out.set(advantage, b * batch.T);
		});
	return out;
}

export type MethodOrder = "error" | "likeness" | "name";

/** Rows in an order: smallest error first, alike ones together, or by name. Without exact, by likeness instead of error. */
export function orderedRows(rows: readonly MethodRow[], order: MethodOrder): readonly MethodRow[] {
	if (order === "name") return [...rows].sort((a, b) => a.label.localeCompare(b.label));
	if (order === "error" && rows.some((row) => row.error !== null))
		return [...rows].sort((a, b) => errorOf(a) - errorOf(b) || (a.label < b.label ? -1 : 1));
	return clustered(rows.map((row) => row.values)).map((i) => rows[i] as MethodRow);
}

const errorOf = ({ error }: MethodRow) => error ?? Number.POSITIVE_INFINITY;

interface Cluster {
	readonly leaves: readonly number[];
	readonly distances: Map<Cluster, number>;
}

/**
 * Order of the leaves of an average-linkage tree over 1 − cosine, so that methods that say nearly the same stand together.
 * O(n³) in the number of methods. What was not scored counts as zero.
 */
export function clustered(rows: readonly Float64Array[]): number[] {
	const unit = rows.map(normalised);
	let open: Cluster[] = rows.map((_, i) => ({ leaves: [i], distances: new Map() }));
	open.forEach((a, i) => {
		open.forEach((b, j) => {
			if (i !== j) a.distances.set(b, 1 - dot(unit[i] as Float64Array, unit[j] as Float64Array));
		});
	});
	while (open.length > 1) {
		const [a, b] = nearest(open);
		const merged: Cluster = { leaves: [...a.leaves, ...b.leaves], distances: new Map() };
		const rest = open.filter((c) => c !== a && c !== b);
		for (const c of rest) {
			const [na, nb] = [a.leaves.length, b.leaves.length];
			const mean = (na * (c.distances.get(a) ?? 0) + nb * (c.distances.get(b) ?? 0)) / (na + nb);
			c.distances.set(merged, mean);
			merged.distances.set(c, mean);
		}
		open = [...rest, merged];
	}
	return [...(open[0]?.leaves ?? [])];
}

function nearest(open: readonly Cluster[]): [Cluster, Cluster] {
	let best: [Cluster, Cluster] = [open[0] as Cluster, open[1] as Cluster];
	let least = Number.POSITIVE_INFINITY;
	for (const a of open)
		for (const b of open) {
			const d = a === b ? Number.POSITIVE_INFINITY : (a.distances.get(b) ?? Number.POSITIVE_INFINITY);
			if (d < least) {
				least = d;
				best = [a, b];
			}
		}
	return best;
}

function normalised(values: Float64Array): Float64Array {
	const plain = values.map((x) => (Number.isNaN(x) ? 0 : x));
	const size = Math.sqrt(dot(plain, plain));
	return size > 0 ? plain.map((x) => x / size) : plain;
}

function dot(a: Float64Array, b: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
	return sum;
}
