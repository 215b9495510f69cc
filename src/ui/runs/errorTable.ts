import type { Recording } from "../../engine/formats/recording";
import { csvOf } from "../figures/csv";
import type { Line, PastRun } from "./pastRuns";

/** Error of a method on a task: mean over checkpoints, then over seeds. */
export interface ErrorCell {
	readonly mean: number;
	/** Standard error over seeds; NaN for one. */
	readonly error: number;
	/** Number of seeds. */
	readonly n: number;
}

export interface ErrorTable {
	readonly methods: readonly string[];
	/** `title` is the id of a recorded task, or the name of a live run. */
	readonly columns: readonly { readonly id: string; readonly title: string }[];
	/** `[methods][columns]`; null where the method was not measured. */
	readonly cells: readonly (readonly (ErrorCell | null)[])[];
}

/** Methods × (recorded tasks and live runs), methods by their mean over the columns, the most exact first. */
export function errorTable(recordings: readonly Recording[], runs: readonly PastRun[]): ErrorTable {
	const live = runs.filter((run) => run.kind === "live" && Object.keys(run.errors).length > 0);
	const columns = [
		...recordings.map((r) => ({ id: r.preset, title: r.spec.task.id, lines: (m: string) => seedLines(r, m) })),
		...live.map((r) => ({ id: r.id, title: r.name, lines: (m: string) => (r.errors[m] ?? []).map((l: Line) => l.y) })),
	];
	const known = [...recordings.flatMap((r) => Object.keys(r.errors)), ...live.flatMap((r) => Object.keys(r.errors))];
	const rows = [...new Set(known)].map((method) => ({ method, cells: columns.map((c) => cellOf(c.lines(method))) }));
	const mean = (cells: readonly (ErrorCell | null)[]) => {
		const means = cells.flatMap((cell) => (cell ? [cell.mean] : []));
		return means.reduce((a, b) => a + b, 0) / means.length;
	};
	rows.sort((a, b) => mean(a.cells) - mean(b.cells));
	return {
		methods: rows.map((r) => r.method),
		columns: columns.map(({ id, title }) => ({ id, title })),
		cells: rows.map((r) => r.cells),
	};
}

function seedLines({ errors, seeds }: Recording, method: string): Float64Array[] {
	const values = errors[method] ?? new Float64Array();
	const F = values.length / seeds.length;
	return F === 0 ? [] : seeds.map((_, s) => values.subarray(s * F, (s + 1) * F));
}

function cellOf(lines: readonly Float64Array[]): ErrorCell | null {
	const means = lines.map((line) => {
		const finite = line.filter(Number.isFinite);
		return finite.reduce((a, b) => a + b, 0) / finite.length;
	});
	const n = means.length;
	if (n === 0 || means.some(Number.isNaN)) return null;
	const mean = means.reduce((a, b) => a + b, 0) / n;
	const variance = means.reduce((sum, m) => sum + (m - mean) ** 2, 0) / (n - 1);
	return { mean, error: Math.sqrt(variance / n), n };
}

/** `method column` of the best of each column and of all within one standard error of it. */
export function bestCells({ cells, columns }: ErrorTable): ReadonlySet<string> {
	const best = new Set<string>();
	for (const c of columns.keys()) {
		const column = cells.map((row) => row[c] ?? null);
		const least = column.reduce<ErrorCell | null>((a, b) => (b && (!a || b.mean < a.mean) ? b : a), null);
		if (!least) continue;
		const bound = least.mean + (Number.isNaN(least.error) ? 0 : least.error);
		for (const [m, cell] of column.entries()) if (cell && cell.mean <= bound) best.add(`${m} ${c}`);
	}
	return best;
}

/** One line a method and column: its error, the standard error over seeds, and their number. */
export function errorsCsv({ methods, columns, cells }: ErrorTable): string {
	const rows = methods.flatMap((method, m) =>
		columns.flatMap(({ title }, c) => {
			const cell = cells[m]?.[c];
			return cell ? [[method, title, cell.mean, cell.error, cell.n]] : [];
		}),
	);
	return csvOf(["method", "task_or_run", "error", "standard_error", "seeds"], rows);
}
