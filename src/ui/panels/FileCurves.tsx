import { type JSX, type PointerEvent, useRef, useState } from "react";
import { useStore } from "zustand";
import { Chart, type Size } from "../charts/Chart";
import { drawLineChart, nearestIndex, stepAt } from "../charts/lineChart";
import { usePanelCsv } from "../figures/publishedCsv";
import type { FileSteps } from "../files/fileSteps";
import { fileStore } from "../files/fileStore";
import { showFileStep } from "../files/openFiles";
import { curvesCsv } from "../runs/curvesCsv";
import { bringToFront } from "../stores/front";
import { runStore } from "../stores/run";
import { CURVES, type Curve } from "./curves";

/** A pointer that moves less is a click, CSS pixels. */
const CLICK = 4;

type Range = readonly [from: number, to: number];

/** What the files say of each of their training steps. A click shows a step; dragging narrows the table of rollouts to some. */
export default function FileCurves({ steps }: { readonly steps: FileSteps }): JSX.Element {
	const [cursor, point] = useState<number | null>(null);
	const [dragged, drag] = useState<Range | null>(null);
	const curves = CURVES.filter(({ id }) => id in steps.curves);
	usePanelCsv("curves", () =>
		curvesCsv(
			curves.map(({ id }) => {
				const y = steps.curves[id as keyof typeof steps.curves];
				return { curve: id, run: fileStore.getState().title, method: "", x: steps.steps, y };
			}),
		),
	);
	return (
		<div className="curves" style={{ gridTemplateColumns: `repeat(${curves.length}, minmax(0, 1fr))` }}>
			{curves.map((curve) => (
				<CurveBox key={curve.id} {...{ curve, steps, cursor, point, dragged, drag }} />
			))}
		</div>
	);
}

interface BoxProps {
	readonly curve: Curve;
	readonly steps: FileSteps;
	readonly cursor: number | null;
	readonly point: (step: number | null) => void;
	readonly dragged: Range | null;
	readonly drag: (range: Range | null) => void;
}

function CurveBox({ curve, steps: { steps, curves }, cursor, point, dragged, drag }: BoxProps): JSX.Element {
	const shown = useStore(runStore, (r) => r.latest?.step ?? null);
	const range = useStore(fileStore, (f) => f.range);
	const y = curves[curve.id as keyof typeof curves];
	const data = { x: steps, y, length: steps.length };
	const [firstStep = 0] = steps;
	const lastStep = steps.at(-1) ?? 1;
	const draw = (element: HTMLElement, { width, height }: Size) => {
		if (width === 0) return;
		drawLineChart(element, data, {
			width,
			height,
			label: curve.unit ? `${curve.name} in ${curve.unit}` : curve.name,
			firstStep,
			lastStep,
			cursor,
			marked: shown,
			brush: dragged ?? range,
			...(curve.floor === undefined ? {} : { floor: curve.floor }),
			...(curve.ceiling === undefined ? {} : { ceiling: curve.ceiling }),
		});
	};
	const pointer = usePointer({ firstStep, lastStep, point, drag });
	const at = nearestIndex(data, cursor ?? shown ?? lastStep);
	return (
		<figure className="curve" title={`${curve.help} Drag over steps to list their rollouts.`}>
			<figcaption>
				<span className="curve-name">{curve.name}</span> <span className="muted">{curve.unit}</span>
				<span className="curve-value tabular">{at < 0 ? "" : `${curve.text(y[at] as number)} at ${steps[at]}`}</span>
			</figcaption>
			<div className="curve-plot" {...pointer}>
				<Chart className="chart" draw={draw} />
			</div>
		</figure>
	);
}

/** Listeners of a curve: moving points at a step, a click shows it, dragging marks a range and lists its rollouts. */
function usePointer({ firstStep, lastStep, point, drag }: Pick<BoxProps, "point" | "drag"> & Ends) {
	const from = useRef<{ readonly pixel: number; readonly step: number } | null>(null);
	type Listener = (event: PointerEvent<HTMLElement>) => void;
	const under = (event: PointerEvent<HTMLElement>) => {
		const box = event.currentTarget.getBoundingClientRect();
		return stepAt(event.clientX - box.left, box.width, lastStep, firstStep);
	};
	const onPointerDown: Listener = (event) => {
		event.currentTarget.setPointerCapture(event.pointerId);
		from.current = { pixel: event.clientX, step: under(event) };
	};
	const onPointerMove: Listener = (event) => {
		point(under(event));
		const start = from.current;
		if (start && Math.abs(event.clientX - start.pixel) > CLICK) drag(ordered(start.step, under(event)));
	};
	const onPointerUp: Listener = (event) => {
		const start = from.current;
		from.current = null;
		drag(null);
		if (!start) return;
		if (Math.abs(event.clientX - start.pixel) > CLICK) brush(ordered(start.step, under(event)));
		else showFileStep(start.step);
	};
	const onPointerCancel = () => {
		from.current = null;
		drag(null);
	};
	return { onPointerDown, onPointerMove, onPointerUp, onPointerCancel, onPointerLeave: () => point(null) };
}

interface Ends {
	readonly firstStep: number;
	readonly lastStep: number;
}

const ordered = (a: number, b: number): Range => (a < b ? [a, b] : [b, a]);

/** Lists the rollouts of the whole steps in a range, and shows the first of these steps. */
function brush([from, to]: Range): void {
	const range: Range = [Math.ceil(from - 0.5), Math.floor(to + 0.5)];
	fileStore.setState({ range });
	bringToFront("rollouts");
	showFileStep(range[0]);
}
