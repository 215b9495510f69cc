import type { StepMetrics } from "../engine/training/executor";
import { pictures } from "./pictures";

/** The per-step series that the curves draw. They live outside React: a training step never renders a component. */
const SERIES = [
	"meanReturn",
	"success",
	"entropy",
	"semanticEntropy",
	"klBehaviour",
	"gradientNorm",
	"deadGroups",
	"rounds",
	"meanLength",
	"tokensPerSecond",
] as const;
export type SeriesName = (typeof SERIES)[number];

/** Measured on the rollouts that come to the page, not at every step: NaN in between. */
type Sampled = "semanticEntropy";
export const SAMPLED: ReadonlySet<string> = new Set<Sampled>(["semanticEntropy"]);

/** Columns of equal length; entries [0, length) are valid. Arrays grow by doubling, so keep no reference to them. */
export interface Series {
	readonly length: number;
	readonly step: Float64Array;
	readonly values: Readonly<Record<SeriesName, Float64Array>>;
}

interface Columns {
	length: number;
	step: Float64Array;
	values: Record<SeriesName, Float64Array>;
}

const grown = (old: Float64Array, capacity: number) => {
	const bigger = new Float64Array(capacity);
	bigger.set(old);
	return bigger;
};

/** Growable columns with listeners that are called with the pictures of the run. */
export class Telemetry {
	private readonly columns: Columns = empty();
	private readonly listeners = new Set<() => void>();
	/** Values of steps that are not told yet. */
	private readonly early = new Map<number, number>();

	get series(): Series {
		return this.columns;
	}

	/** Starts empty. @returns what was there, for the list of past runs. */
	clear(): Series {
		const before = { ...this.columns };
		Object.assign(this.columns, empty());
		this.early.clear();
		this.tell();
		return before;
	}

	/** Appends one finished step. Steps that come again (after a resume from an earlier checkpoint) replace what followed. */
	push(metrics: StepMetrics, tokensPerSecond: number): void {
		const c = this.columns;
		while (c.length > 0 && (c.step[c.length - 1] as number) >= metrics.step) c.length--;
		if (c.length === c.step.length) this.grow();
		c.step[c.length] = metrics.step;
		const { rounds = 1 } = metrics;
		const semanticEntropy = this.early.get(metrics.step) ?? Number.NaN;
		const measured = { ...metrics, tokensPerSecond, semanticEntropy, rounds };
		for (const name of SERIES) c.values[name][c.length] = measured[name];
		this.early.delete(metrics.step);
		c.length++;
		this.tell();
	}

	/** What the rollouts of a step say; they may come before the step is told. */
	note(step: number, name: Sampled, value: number): void {
		const { length, step: steps, values } = this.columns;
		const i = steps.subarray(0, length).lastIndexOf(step);
		if (i >= 0) values[name][i] = value;
		else this.early.set(step, value);
		this.tell();
	}

	subscribe(listener: () => void): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	private grow(): void {
		const capacity = this.columns.step.length * 2;
		this.columns.step = grown(this.columns.step, capacity);
		for (const name of SERIES) this.columns.values[name] = grown(this.columns.values[name], capacity);
	}

	private tell(): void {
		pictures.add(this, this.draw);
	}

	private readonly draw = (): void => {
		for (const listener of this.listeners) listener();
	};
}

function empty(): Columns {
	const column = () => new Float64Array(256);
	const values = Object.fromEntries(SERIES.map((name) => [name, column()])) as Record<SeriesName, Float64Array>;
	return { length: 0, step: column(), values };
}

export const telemetry = new Telemetry();

/** The finite points of a column: those in which a sampled quantity was measured. */
export function finitePoints(x: Float64Array, y: Float64Array, length: number): { x: Float64Array; y: Float64Array } {
	const known = [...y.subarray(0, length).keys()].filter((i) => Number.isFinite(y[i]));
	return { x: Float64Array.from(known, (i) => x[i] as number), y: Float64Array.from(known, (i) => y[i] as number) };
}
