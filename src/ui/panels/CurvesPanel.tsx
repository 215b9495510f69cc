import { type JSX, type PointerEvent, useCallback, useMemo, useRef } from "react";
import { useStore } from "zustand";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import { Chart, type Size } from "../charts/Chart";
import { drawLineChart, type LineOptions, nearestIndex, stepAt } from "../charts/lineChart";
import { compact, fixed, percent, significant } from "../format";
import { findEntry, TASKS, taskOf } from "../registries";
import { runStore } from "../stores/run";
import { type SeriesName, telemetry } from "../telemetry";

interface Curve {
	readonly series: SeriesName;
	readonly name: string;
	readonly unit: string;
	readonly help: string;
	readonly text: (x: number) => string;
	readonly floor?: number;
	readonly ceiling?: number;
}

const CURVES: readonly Curve[] = [
	{
		series: "success",
		name: "Success",
		unit: "",
		help: "Share of the sampled rollouts that solve the task.",
		text: percent,
		floor: 0,
		ceiling: 1,
	},
	{
		series: "meanReturn",
		name: "Return",
		unit: "",
		help: "Mean reward of a rollout. Dotted: the best policy, and one that draws at random.",
		text: (x) => fixed(x, 3),
	},
	{
		series: "entropy",
		name: "Entropy",
		unit: "nats",
		help: "Mean uncertainty of the policy at its tokens. A fall to zero ends exploration.",
		text: (x) => fixed(x, 3),
		floor: 0,
	},
	{
		series: "klBehaviour",
		name: "KL",
		unit: "nats",
		help: "How far an update moved the policy away from the one that sampled.",
		text: significant,
		floor: 0,
	},
	{
		series: "gradientNorm",
		name: "Gradient norm",
		unit: "",
		help: "Length of the gradient before clipping.",
		text: significant,
		floor: 0,
	},
	{
		series: "tokensPerSecond",
		name: "Speed",
		unit: "tokens/s",
		help: "Policy tokens sampled and learned from per second.",
		text: compact,
		floor: 0,
	},
];

/** Live curves of the run, with one cursor over all of them. */
export default function CurvesPanel(): JSX.Element {
	const cursor = useRef<number | null>(null);
	const again = useRef(new Set<() => void>());
	const subscribe = useCallback((redraw: () => void) => {
		again.current.add(redraw);
		const stop = telemetry.subscribe(redraw);
		return () => {
			again.current.delete(redraw);
			stop();
		};
	}, []);
	const point = (step: number | null) => {
		cursor.current = step;
		for (const redraw of again.current) redraw();
	};
	return (
		<div className="curves">
			{CURVES.map((curve) => (
				<CurveBox key={curve.series} curve={curve} cursor={cursor} redraws={subscribe} onPoint={point} />
			))}
		</div>
	);
}

interface BoxProps {
	readonly curve: Curve;
	readonly cursor: { readonly current: number | null };
	readonly redraws: (again: () => void) => () => void;
	readonly onPoint: (step: number | null) => void;
}

function CurveBox({ curve, cursor, redraws, onPoint }: BoxProps): JSX.Element {
	const value = useRef<HTMLSpanElement>(null);
	const spec = useStore(runStore, (r) => r.spec);
	const levels = useMemo(() => (curve.series === "meanReturn" ? levelsOf(spec) : []), [curve, spec]);
	const lastStep = Math.max(1, spec?.steps ?? 100);
	const draw = (element: HTMLElement, { width, height }: Size) => {
		const data = dataOf(curve.series);
		const options: LineOptions = {
			width,
			height,
			label: curve.unit ? `${curve.name} in ${curve.unit}` : curve.name,
			lastStep,
			levels,
			cursor: cursor.current,
			...(curve.floor === undefined ? {} : { floor: curve.floor }),
			...(curve.ceiling === undefined ? {} : { ceiling: curve.ceiling }),
		};
		if (width > 0) drawLineChart(element, data, options);
		if (value.current) value.current.textContent = readout(curve, data, cursor.current);
	};
	const onPointerMove = (event: PointerEvent<HTMLElement>) => {
		const box = event.currentTarget.getBoundingClientRect();
		onPoint(stepAt(event.clientX - box.left, box.width, lastStep));
	};
	return (
		<figure className="curve" title={curve.help}>
			<figcaption>
				<span className="curve-name">{curve.name}</span> <span className="muted">{curve.unit}</span>
				<span className="curve-value tabular" ref={value} />
			</figcaption>
			<div className="curve-plot" onPointerMove={onPointerMove} onPointerLeave={() => onPoint(null)}>
				<Chart className="chart" draw={draw} redraws={redraws} />
			</div>
		</figure>
	);
}

function dataOf(series: SeriesName) {
	const all = telemetry.series;
	return { x: all.step, y: all.values[series], length: all.length };
}

function readout(curve: Curve, data: ReturnType<typeof dataOf>, cursor: number | null): string {
	const i = cursor === null ? data.length - 1 : nearestIndex(data, cursor);
	if (i < 0) return "";
	const text = curve.text(data.y[i] as number);
	return cursor === null ? text : `${text} at ${data.x[i]}`;
}

/** Known levels of the task's return: the best policy and the one that draws legal tokens at random. */
function levelsOf(spec: ExperimentSpec | null): { value: number; name: string }[] {
	if (!spec || !findEntry(TASKS, spec.task.id)) return [];
	const { optimalReturn, randomReturn } = taskOf(spec);
	return [
		{ name: "best policy", value: optimalReturn },
		{ name: "random policy", value: randomReturn },
	].filter((level): level is { name: string; value: number } => level.value !== null);
}
