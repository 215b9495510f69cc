import { createStore } from "zustand/vanilla";
import type { Recording } from "../../engine/formats/recording";
import { meanSemanticEntropy } from "../../engine/signals/semanticEntropy";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import { curveStep, type LinkCurve } from "../../engine/spec/linkCurve";
import { taskOf } from "../registries";
import { finitePoints, SAMPLED } from "../telemetry";
import type { ErrorPoint } from "./errorCurves";
import { nameOf } from "./runNames";

/** A run that is over, a recorded one, or that of a link: what the curves draw behind the present run. */
export interface PastRun {
	readonly id: string;
	readonly name: string;
	readonly kind: "recording" | "link" | "live";
	readonly spec: ExperimentSpec;
	/** Curve name → one line a seed. */
	readonly curves: Readonly<Record<string, readonly Line[]>>;
	/** Method → error at checkpoints, one line a seed. */
	readonly errors: Readonly<Record<string, readonly Line[]>>;
	readonly visible: boolean;
}

/** A line over training steps; `x` rises. */
export interface Line {
	readonly x: Float64Array;
	readonly y: Float64Array;
}

/** Older runs leave the list first. */
const LONGEST_LIST = 12;

export const pastRunsStore = createStore<{ readonly runs: readonly PastRun[] }>(() => ({ runs: [] }));

/** A recording stands in the list once, and first. */
export function addRecordedRun(recording: Recording): void {
	const { preset, spec, seeds, frames } = recording;
	const id = `recording ${preset}`;
	const S = seeds.length;
	const steps = (n: number) => Float64Array.from({ length: n }, (_, i) => i + 1);
	const { kinds } = taskOf(spec).vocab;
	const checkpoints = Float64Array.from(frames, (f) => f.step);
	const split = (values: Float64Array, x: (n: number) => Float64Array): Line[] => {
		const n = values.length / S;
		return seeds.map((_, s) => ({ x: x(n), y: values.subarray(s * n, (s + 1) * n) }));
	};
	const lines = (table: Recording["curves"], x: (n: number) => Float64Array) =>
		Object.fromEntries(Object.entries(table).map(([name, values]) => [name, split(values, x)]));
	add({
		id,
		name: "Recording",
		kind: "recording",
		spec,
		curves: {
			...lines(recording.curves, steps),
			semanticEntropy: [entropyLine(checkpoints, frames, kinds)],
		},
		errors: lines(recording.errors, () => checkpoints),
		visible: true,
	});
}

/** Worked out when it is first drawn: it reads every token of the recording. */
function entropyLine(x: Float64Array, frames: Recording["frames"], kinds: readonly string[] | undefined): Line {
	return {
		x,
		get y() {
			const value = Float64Array.from(frames, (f) => meanSemanticEntropy(f.batch, kinds));
			Object.defineProperty(this, "y", { value });
			return value;
		},
	};
}

const LINK = "link";

/** The run of the link that was opened last; its curve is all that is known of it. */
export function addLinkedRun(spec: ExperimentSpec, curve: LinkCurve | undefined): void {
	removeRun(LINK);
	if (!curve) return;
	const { success, lastStep } = curve;
	const line = {
		x: Float64Array.from(success, (_, i) => curveStep(i, success.length, lastStep)),
		y: Float64Array.from(success),
	};
	add({ id: LINK, name: "Link", kind: "link", spec, curves: { success: [line] }, errors: {}, visible: true });
}

let count = 0;

/** Keeps a run that is over. One that never took a step leaves no trace. */
export function addLiveRun(
	spec: ExperimentSpec,
	series: {
		readonly length: number;
		readonly step: Float64Array;
		readonly values: Readonly<Record<string, Float64Array>>;
	},
	errors: ReadonlyMap<string, readonly ErrorPoint[]>,
): void {
	const { length, step, values } = series;
	if (length === 0) return;
	const x = step.slice(0, length);
	const before = pastRunsStore.getState().runs.findLast((run) => run.kind === "live");
	add({
		id: `run ${++count}`,
		name: `${count}: ${nameOf(spec, before?.spec ?? null)}`,
		kind: "live",
		spec,
		curves: Object.fromEntries(
			Object.entries(values).map(([name, y]) => [
				name,
				[SAMPLED.has(name) ? finitePoints(x, y, length) : { x, y: y.slice(0, length) }],
			]),
		),
		errors: Object.fromEntries([...errors].map(([method, points]) => [method, [lineOf(points)]])),
		visible: true,
	});
}

const lineOf = (points: readonly ErrorPoint[]): Line => ({
	x: Float64Array.from(points, (p) => p.step),
	y: Float64Array.from(points, (p) => p.error),
});

function add(run: PastRun): void {
	pastRunsStore.setState(({ runs }) => {
		const others = runs.filter((r) => r.id !== run.id && !(run.kind === "recording" && r.kind === "recording"));
		const all = run.kind === "recording" ? [run, ...others] : [...others, run];
		const oldest = all.length > LONGEST_LIST ? all.find((r) => r.kind === "live") : undefined;
		return { runs: all.filter((r) => r !== oldest) };
	});
}

/** Another task was chosen: runs of others would be read as how well this one can be learned. They stay in the list, and can be asked for. */
export function showRunsOf(task: string): void {
	pastRunsStore.setState(({ runs }) => ({ runs: runs.map((r) => ({ ...r, visible: r.spec.task.id === task })) }));
}

export function toggleRun(id: string): void {
	pastRunsStore.setState(({ runs }) => ({ runs: runs.map((r) => (r.id === id ? { ...r, visible: !r.visible } : r)) }));
}

export function removeRun(id: string): void {
	pastRunsStore.setState(({ runs }) => ({ runs: runs.filter((r) => r.id !== id) }));
}
