import { bisectLeft } from "d3-array";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import type { Line, PastRun } from "./pastRuns";

/** Runs whose settings differ in nothing but the seed, as one line with its band. */
export interface Layer extends Line {
	readonly name: string;
	readonly kind: PastRun["kind"];
	/** Mean ± standard error over the seeds; absent for one seed. */
	readonly low?: Float64Array;
	readonly high?: Float64Array;
	/** Number of seeds. */
	readonly n: number;
	/** Place among the categorical colours. */
	readonly colour: number;
}

/** The layers of one quantity, one for each set of visible runs that differ in nothing but the seed. */
export function layersOf(
	runs: readonly PastRun[],
	of: (run: PastRun) => readonly Line[] | undefined,
	colour: (index: number) => number = (i) => i,
): Layer[] {
	const pools = new Map<string, PastRun[]>();
	for (const run of runs) {
		if (!run.visible) continue;
		const key = `${run.kind} ${settingsOf(run.spec)}`;
		pools.set(key, [...(pools.get(key) ?? []), run]);
	}
	return [...pools.values()].flatMap((pool, i) => {
		const lines = pool.flatMap((run) => of(run) ?? []);
		const [first] = pool as [PastRun, ...PastRun[]];
		if (lines.length === 0) return [];
		return [{ name: first.name, kind: first.kind, colour: colour(i), ...pooled(lines) }];
	});
}

const settingsOf = ({ seed: _, ...settings }: ExperimentSpec) => JSON.stringify(settings);

/**
 * Mean and mean ± standard error of several lines, at the first one's steps as far as all of them reach. Between the steps that another line
 * has, its value is on the straight line: live runs are measured when rollouts come to the page, each at steps of its own.
 * **Edges** one line comes back as it is, without a band; NaN of any line is NaN of the mean.
 */
export function pooled(lines: readonly Line[]): Line & Pick<Layer, "low" | "high" | "n"> {
	const n = lines.length;
	const [first] = lines as [Line, ...Line[]];
	if (n === 1) return { x: first.x, y: first.y, n };
	const from = Math.max(...lines.map(({ x }) => x[0] ?? Number.POSITIVE_INFINITY));
	const to = Math.min(...lines.map(({ x }) => x.at(-1) ?? Number.NEGATIVE_INFINITY));
	const x = first.x.filter((step) => step >= from && step <= to);
	const at = Array.from(x, (step) => lines.map((line) => valueAt(line, step)));
	const mean = at.map((values) => values.reduce((a, b) => a + b, 0) / n);
	const spread = at.map((values, i) => {
		const variance = values.reduce((sum, v) => sum + (v - (mean[i] as number)) ** 2, 0) / (n - 1);
		return Math.sqrt(variance / n);
	});
	return {
		x,
		y: Float64Array.from(mean),
		low: Float64Array.from(mean, (m, i) => m - (spread[i] as number)),
		high: Float64Array.from(mean, (m, i) => m + (spread[i] as number)),
		n,
	};
}

/** The value of a line at a step that lies within it. */
function valueAt({ x, y }: Line, step: number): number {
	const next = bisectLeft(x, step);
	const [x1, y1] = [x[next] as number, y[next] as number];
	if (x1 === step) return y1;
	const [x0, y0] = [x[next - 1] as number, y[next - 1] as number];
	return y0 + ((y1 - y0) * (step - x0)) / (x1 - x0);
}

/** Length of the axis while there is no run at all. */
const NO_RUN_STEPS = 100;

/**
 * Last step of the axis that all charts share: the end of the present run, or of the longest line behind it.
 * @param steps of the present run; 0 without one.
 */
export function axisEnd(steps: number, runs: readonly PastRun[]): number {
	const lines = runs.filter((run) => run.visible).flatMap((run) => Object.values(run.curves).flat());
	return Math.max(steps, ...lines.map(({ x }) => x.at(-1) ?? 0)) || NO_RUN_STEPS;
}
