import type { Comparison } from "../comparison";
import { csvOf } from "../figures/csv";
import type { Display } from "./display";
import type { MethodRow } from "./methodRows";

const nameOf = ({ batch, tokens }: Comparison, i: number) => tokens[batch.tokens[i] as number] ?? `#${batch.tokens[i]}`;

/**
 * One line a token of the group, with the credit that each row of the strip gives it, in its order; summed over units as on screen.
 * @param rollouts those of the group that are wanted; all of them otherwise.
 */
export function creditCsv(display: Display, rollouts = display.members): string {
	const { batch, rows, step, group } = display;
	const lines = rollouts.flatMap((b) =>
		Array.from({ length: batch.lengths[b] as number }, (_, t) => {
			const i = b * batch.T + t;
			const known = [batch.actionMask[i] as number, batch.logProbs?.[i] ?? null, batch.rewards[i] as number];
			const credit = rows.map((row) => (batch.actionMask[i] === 1 ? (row.values[i] as number) : null));
			return [step, group, b, t, nameOf(display, i), ...known, batch.returns[b] as number, ...credit];
		}),
	);
	const fixed = ["step", "group", "rollout", "token", "text", "mask", "logprob", "reward", "return"];
	return csvOf([...fixed, ...rows.map((row) => row.id)], lines);
}

/** Methods × tokens of one rollout: one line a cell, the exact advantage first where it is known. */
export function methodTokensCsv(comparison: Comparison, rollout: number, rows: readonly MethodRow[]): string {
	const { batch } = comparison;
	const from = rollout * batch.T;
	const lines = cellRows(comparison, rows).flatMap(({ id, error, values }) =>
		Array.from({ length: batch.lengths[rollout] as number }, (_, t) => [
			id,
			error,
			rollout,
			t,
			nameOf(comparison, from + t),
			batch.actionMask[from + t] === 1 ? (values[from + t] as number) : null,
		]),
	);
	return csvOf(["method", "error", "rollout", "token", "text", "credit"], lines);
}

/** Methods × rollouts of the group: one line a cell. @param sums credit of all tokens of each rollout, by row. */
export function methodRolloutsCsv(
	comparison: Comparison,
	rows: readonly MethodRow[],
	sums: readonly Float64Array[],
): string {
	const { batch, members } = comparison;
	const lines = cellRows(comparison, rows).flatMap(({ id, error }, r) =>
		members.map((b, column) => [id, error, b, batch.returns[b] as number, sums[r]?.[column] ?? null]),
	);
	return csvOf(["method", "error", "rollout", "return", "credit"], lines);
}

/** Exact first where it is known, without an error, then the methods: the rows of the grid. */
function cellRows({ exact }: Comparison, rows: readonly MethodRow[]) {
	return [...(exact && !exact.pending ? [{ ...exact, error: null }] : []), ...rows];
}

/** The terms that one method's credit is the sum of, one line a token of one rollout. */
export function termsCsv(comparison: Comparison, rollout: number, row: MethodRow): string {
	const from = rollout * comparison.batch.T;
	const terms = Object.entries(row.terms);
	const lines = Array.from({ length: comparison.batch.lengths[rollout] as number }, (_, t) => [
		row.id,
		rollout,
		t,
		nameOf(comparison, from + t),
		...terms.map(([, values]) => values[from + t] as number),
		row.values[from + t] as number,
	]);
	return csvOf(["method", "rollout", "token", "text", ...terms.map(([name]) => name), "credit"], lines);
}

/** One line a method that answered: its agreement with the exact advantage, with 95 % intervals. */
export function fidelityCsv(rows: readonly MethodRow[]): string {
	const measures = ["error", "correlation", "signs"] as const;
	const columns = measures.flatMap((m) => [m, `${m}_lo`, `${m}_hi`]);
	return csvOf(
		["method", ...columns, "scored", "extra_tokens", "model_calls", "intervals_over", "units"],
		rows.flatMap(({ id, fidelity, cost }) => {
			if (!fidelity) return [];
			const numbers = measures.flatMap((m) => [fidelity[m].value, fidelity[m].lo, fidelity[m].hi]);
			const { coverage, unit, units } = fidelity;
			return [[id, ...numbers, coverage, cost.extraTokens, cost.modelCalls, unit, units]];
		}),
	);
}
