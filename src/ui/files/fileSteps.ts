import { allAlike } from "../../engine/credit/alike";
import type { FilesTable } from "../../workers/filesApi";

/** The training steps of files, with what can be said of each of them from returns and lengths alone. */
export interface FileSteps {
	/** Rising, each once. */
	readonly steps: Float64Array;
	/** The first group of each step. */
	readonly groups: Int32Array;
	readonly curves: Readonly<Record<"meanReturn" | "deadGroups" | "meanLength", Float64Array>>;
}

/** The steps of a table of rollouts; rollouts without a step are left out. NaN where nothing is known of a quantity. */
export function stepsOf({ step, group, reward, length }: FilesTable): FileSteps {
	const steps = new Map<number, { first: number; rows: number[] }>();
	step.forEach((at, row) => {
		if (Number.isNaN(at)) return;
		const known = steps.get(at);
		if (known) known.rows.push(row);
		else steps.set(at, { first: group[row] as number, rows: [row] });
	});
	const sorted = [...steps].sort(([a], [b]) => a - b).map(([at, own]) => ({ at, ...own }));
	const curve = (of: (rows: readonly number[]) => number) => Float64Array.from(sorted, ({ rows }) => of(rows));
	return {
		steps: Float64Array.from(sorted, ({ at }) => at),
		groups: Int32Array.from(sorted, ({ first }) => first),
		curves: {
			meanReturn: curve((rows) => mean(rows.map((row) => reward[row] as number))),
			deadGroups: curve((rows) => deadShare(rows, group, reward)),
			meanLength: curve((rows) => mean(rows.map((row) => length[row] as number))),
		},
	};
}

function mean(values: readonly number[]): number {
	const known = values.filter(Number.isFinite);
	return known.reduce((sum, x) => sum + x, 0) / known.length;
}

/** Share of groups whose returns are all equal, as methods decide it, among those with two returns or more. */
function deadShare(rows: readonly number[], group: Int32Array, reward: Float64Array): number {
	const groups = new Map<number, number[]>();
	for (const row of rows) {
		if (!Number.isFinite(reward[row])) continue;
		const own = groups.get(group[row] as number);
		if (own) own.push(reward[row] as number);
		else groups.set(group[row] as number, [reward[row] as number]);
	}
	const several = [...groups.values()].filter((returns) => returns.length > 1);
	const dead = several.filter(allAlike);
	return dead.length / several.length;
}

/** Index of the step nearest to a number; −1 without steps. */
export function nearestStep({ steps }: FileSteps, wanted: number): number {
	const gap = (i: number) => Math.abs((steps[i] as number) - wanted);
	return steps.reduce((best, _, i) => (best < 0 || gap(i) < gap(best) ? i : best), -1);
}
