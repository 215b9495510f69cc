import { csvOf } from "../figures/csv";

/** A line of a chart, as it is drawn. */
export interface DrawnLine {
	readonly curve: string;
	/** Whose line it is: the present run, a past one by its name, or the files. */
	readonly run: string;
	/** The method whose error it is; empty for other curves. */
	readonly method: string;
	readonly x: Float64Array;
	readonly y: Float64Array;
	/** Points that are drawn; absent: all. */
	readonly length?: number;
	/** Mean ± standard error over seeds. */
	readonly low?: Float64Array;
	readonly high?: Float64Array;
}

/** One line a point of every line that is drawn; null where none is. */
export function curvesCsv(lines: readonly DrawnLine[]): string | null {
	const rows = lines.flatMap(({ curve, run, method, x, y, length = x.length, low, high }) =>
		Array.from({ length }, (_, i) => [
			curve,
			run,
			method,
			x[i] as number,
			y[i] as number,
			low?.[i] ?? null,
			high?.[i] ?? null,
		]),
	);
	return rows.length > 0 ? csvOf(["curve", "run", "method", "step", "value", "low", "high"], rows) : null;
}
