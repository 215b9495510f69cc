import { currentComparison, tokenNames } from "../comparison";
import { answersOf, methodRowsOf } from "../credit/methodRows";
import { rowsOf } from "../rollouts/rolloutRows";
import { runStore } from "../stores/run";
import { SERIES, telemetry } from "../telemetry";
import { csvOf } from "./csv";
import { publishedCsv } from "./publishedCsv";

/** The numbers behind a panel as CSV; null for a panel without any, and before there are some. */
export function panelCsv(panel: string): string | null {
	switch (panel) {
		case "curves":
			return curvesCsv();
		case "credit":
		case "tree":
		case "methods":
			return creditCsv();
		case "fidelity":
			return fidelityCsv();
		case "rollouts":
			return rolloutsCsv();
		default:
			return publishedCsv(panel);
	}
}

function curvesCsv(): string | null {
	const { length, step, values } = telemetry.series;
	if (length === 0) return null;
	const row = (i: number) => [step[i] as number, ...SERIES.map((name) => values[name][i] as number)];
	return csvOf(
		["step", ...SERIES],
		Array.from({ length }, (_, i) => row(i)),
	);
}

/** One line a token of the group on screen, with the credit of each row. */
function creditCsv(): string | null {
	const comparison = currentComparison();
	if (!comparison) return null;
	const { batch, members, tokens, rows, step, group } = comparison;
	const lines = members.flatMap((b) =>
		Array.from({ length: batch.lengths[b] as number }, (_, t) => {
			const i = b * batch.T + t;
			const id = batch.tokens[i] as number;
			const known = [batch.actionMask[i] as number, batch.logProbs?.[i] ?? null, batch.rewards[i] as number];
			const credit = rows.map((row) => (batch.actionMask[i] === 1 ? (row.values[i] as number) : null));
			return [step, group, b, t, tokens[id] ?? `#${id}`, ...known, batch.returns[b] as number, ...credit];
		}),
	);
	const fixed = ["step", "group", "rollout", "token", "text", "mask", "logprob", "reward", "return"];
	return csvOf([...fixed, ...rows.map((row) => row.id)], lines);
}

/** One line a method that answered: its agreement with the exact advantage, with 95 % intervals. */
function fidelityCsv(): string | null {
	const comparison = currentComparison();
	if (!comparison) return null;
	const rows = methodRowsOf(comparison, answersOf(comparison, runStore.getState().beside));
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

function rolloutsCsv(): string | null {
	const { latest } = runStore.getState();
	if (!latest) return null;
	const columns = ["group", "rollout", "success", "return", "length", "logprob", "entropy", "credit", "text"];
	const rows = rowsOf(latest, tokenNames(latest));
	return csvOf(
		columns,
		rows.map((r) => [
			r.group,
			r.rollout,
			r.success === null ? null : Number(r.success),
			r.value,
			r.length,
			r.logProb,
			r.entropy,
			r.credit,
			r.text,
		]),
	);
}
