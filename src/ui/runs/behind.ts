import type { EndLabel, LineBehind } from "../charts/lineBehind";
import { findEntry, METHODS } from "../registries";
import { layersOf } from "./curveLayers";
import type { PastRun } from "./pastRuns";

/** A line with whose it is, and of which method; a method only where errors are drawn. */
export type NamedLine = LineBehind & { readonly run: string; readonly method: string };

/** What is drawn behind a curve of the present run. */
export interface Behind {
	readonly lines: readonly NamedLine[];
	readonly labels: readonly EndLabel[];
}

/** Methods whose error is drawn where nobody chose any. */
const LINES_OF_ERROR = 3;

/**
 * Lines of past runs for one curve; for the error one line a method, named at its end.
 * @param methods the method that trains, then those whose rows are on screen.
 */
export function behindOf(runs: readonly PastRun[], curve: string, methods: readonly string[]): Behind {
	if (curve === "error") return errorsBehind(runs, methods);
	const layers = layersOf(runs, (run) => run.curves[curve]);
	const lines = layers.map(({ x, y, low, high, kind, name }, i) => ({
		id: `${kind} ${name} ${i}`,
		run: name,
		method: "",
		x,
		y,
		...(low && high ? { low, high } : {}),
		dashed: kind !== "live",
		colour: kind === "recording" ? null : runs.findIndex((run) => run.name === name),
	}));
	const linked = layers.filter(({ kind }) => kind === "link");
	const labels = linked.map(({ x, y }) => ({ name: "link", step: x.at(-1) ?? 0, value: y.at(-1) ?? 0 }));
	return { lines, labels };
}

function errorsBehind(runs: readonly PastRun[], methods: readonly string[]): Behind {
	const known = [...new Set(runs.filter((run) => run.visible).flatMap((run) => Object.keys(run.errors)))];
	const wanted = [...new Set([...methods, ...bestOf(runs, known)])].filter((id) => known.includes(id));
	const shown = wanted.slice(0, Math.max(LINES_OF_ERROR, methods.length));
	const drawn = shown.flatMap((method, m) =>
		layersOf(runs, (run) => run.errors[method]).map(({ x, y, low, high, kind, name }) => ({
			method,
			line: {
				id: `${method} ${kind} ${name}`,
				run: name,
				method,
				x,
				y,
				...(low && high ? { low, high } : {}),
				dashed: kind !== "live",
				colour: m === 0 ? null : m - 1,
			} satisfies NamedLine,
		})),
	);
	return { lines: drawn.map((d) => d.line), labels: labelsOf(drawn) };
}

/** Methods by their mean error over all checkpoints, the smallest first. */
function bestOf(runs: readonly PastRun[], methods: readonly string[]): string[] {
	const mean = (method: string) => {
		const values = runs.flatMap((run) => (run.errors[method] ?? []).flatMap(({ y }) => [...y])).filter(Number.isFinite);
		return values.reduce((sum, v) => sum + v, 0) / values.length;
	};
	return [...methods].sort((a, b) => mean(a) - mean(b));
}

/** Each method's name once, at the last finite point of its first line. */
function labelsOf(drawn: readonly { readonly method: string; readonly line: LineBehind }[]): EndLabel[] {
	const first = drawn.filter(({ method }, i) => drawn.findIndex((d) => d.method === method) === i);
	return first.flatMap(({ method, line: { x, y } }) => {
		const i = y.findLastIndex(Number.isFinite);
		const name = findEntry(METHODS, method)?.title ?? method;
		return i < 0 ? [] : [{ name, step: x[i] as number, value: y[i] as number }];
	});
}
