import { type JSX, memo, type PointerEvent, Suspense, useCallback, useMemo, useRef } from "react";
import { useStore } from "zustand";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import { Chart, type Size } from "../charts/Chart";
import { drawLineChart, type LineData, type LineOptions, nearestIndex, stepAt } from "../charts/lineChart";
import { useWidth } from "../charts/useExtent";
import { usePanelCsv } from "../figures/publishedCsv";
import { isOfFiles } from "../files/openFiles";
import { useFileSteps } from "../files/useFileSteps";
import { lazyPart } from "../lazyPart";
import { backToRecording, showStep } from "../recording/player";
import { findEntry, TASKS, taskOf } from "../registries";
import { type Behind, behindOf } from "../runs/behind";
import { axisEnd } from "../runs/curveLayers";
import { curvesCsv, type DrawnLine } from "../runs/curvesCsv";
import { errorCurves } from "../runs/errorCurves";
import { pastRunsStore } from "../runs/pastRuns";
import { PanelTools } from "../shell/PanelTools";
import { layoutStore } from "../stores/layout";
import { runStore } from "../stores/run";
import { selectionStore } from "../stores/selection";
import { timelineStore } from "../stores/timeline";
import { finitePoints, SAMPLED, telemetry } from "../telemetry";
import { CurvesMenu } from "./CurvesMenu";
import { CURVES, type Curve } from "./curves";
import { RunListButton } from "./RunList";
import { Scrubber } from "./Scrubber";

const FileCurves = lazyPart(() => import("./FileCurves"));

/** Narrower charts cannot be read; those that do not fit are left out, the last first. */
const NARROWEST = 150;
/** What the run that is on is called in exported numbers. */
const PRESENT = "present run";
/** Charts of the layout for learners. */
const FEW = 3;

/** Curves of the run, or of the steps of the files on screen, above the scrubber that moves every panel. */
export default function CurvesPanel(): JSX.Element {
	const steps = useFileSteps();
	const undated = useStore(runStore, (r) => isOfFiles(r.latest) && r.phase === "idle") && !steps;
	if (undated) return <OneStep />;
	if (!steps) return <RunCurves />;
	return (
		<div className="timeline">
			<Suspense fallback={<p className="muted padded">Loading.</p>}>
				<FileCurves steps={steps} />
			</Suspense>
			<Scrubber />
		</div>
	);
}

/** Curves of a recording would be taken for those of the file on screen. */
function OneStep(): JSX.Element {
	const recorded = useStore(timelineStore, (t) => t.source === "recording" && t.frames.length > 0);
	return (
		<div className="padded one-step">
			<p className="muted">
				The rollouts on screen are of one training step. Files of several, such as a folder of dumps, have curves over
				them here.
			</p>
			{recorded ? (
				<button type="button" onClick={backToRecording}>
					Back to the recorded run
				</button>
			) : null}
		</div>
	);
}

/** Curves of the run over those of other runs, with one cursor. */
function RunCurves(): JSX.Element {
	const chosen = useStore(layoutStore, (l) => l.curves);
	const few = useStore(layoutStore, (l) => l.layout === "learn");
	const [box, width] = useWidth();
	const cursor = useRef<number | null>(null);
	const again = useRef(new Set<() => void>());
	const subscribe = useCallback((redraw: () => void) => {
		again.current.add(redraw);
		const stops = [telemetry.subscribe(redraw), errorCurves.subscribe(redraw)];
		return () => {
			again.current.delete(redraw);
			for (const stop of stops) stop();
		};
	}, []);
	const point = useCallback((step: number | null) => {
		cursor.current = step;
		for (const redraw of again.current) redraw();
	}, []);
	const fit = few ? FEW : Math.max(1, Math.floor(width / NARROWEST));
	const shown = CURVES.filter((c) => chosen.includes(c.id)).slice(0, width > 0 ? fit : chosen.length);
	usePanelCsv("curves", () => curvesCsv(shown.flatMap(({ id }) => drawnLines(id))));
	return (
		<div className="timeline">
			<PanelTools>
				<RunListButton />
				<CurvesMenu />
			</PanelTools>
			<div ref={box} className="curves" style={{ gridTemplateColumns: `repeat(${shown.length}, minmax(0, 1fr))` }}>
				{shown.map((curve) => (
					<CurveBox key={curve.id} curve={curve} cursor={cursor} redraws={subscribe} onPoint={point} />
				))}
			</div>
			<Scrubber />
		</div>
	);
}

interface BoxProps {
	readonly curve: Curve;
	readonly cursor: { readonly current: number | null };
	readonly redraws: (again: () => void) => () => void;
	readonly onPoint: (step: number | null) => void;
}

const CurveBox = memo(function CurveBox({ curve, cursor, redraws, onPoint }: BoxProps): JSX.Element {
	const value = useRef<HTMLSpanElement>(null);
	const spec = useStore(runStore, (r) => r.spec ?? r.latest?.spec ?? null);
	const trained = useStore(runStore, (r) => r.latest?.credit.method ?? r.spec?.method.id ?? "");
	const rows = useStore(layoutStore, (l) => l.rows);
	const runs = useStore(pastRunsStore, (s) => s.runs);
	const marked = useStore(selectionStore, (s) => s.step);
	const recorded = useStore(timelineStore, (t) => t.source === "recording");
	const levels = useMemo(() => (curve.id === "meanReturn" ? levelsOf(spec) : []), [curve, spec]);
	const behind = useMemo(() => behindOf(runs, curve.id, [trained, ...rows]), [runs, curve, trained, rows]);
	const lastStep = useMemo(() => axisEnd(spec?.steps ?? 0, runs), [spec, runs]);
	const draw = (element: HTMLElement, { width, height }: Size) => {
		const data = dataOf(curve.id, trained);
		const live = curve.id === "error" ? liveErrors([trained, ...rows]) : [];
		const options: LineOptions = {
			width,
			height,
			label: curve.unit ? `${curve.name} in ${curve.unit}` : curve.name,
			lastStep,
			levels,
			marked,
			behind: [...behind.lines, ...live],
			endLabels: behind.labels,
			cursor: cursor.current,
			...(curve.floor === undefined ? {} : { floor: curve.floor }),
			...(curve.ceiling === undefined ? {} : { ceiling: curve.ceiling }),
		};
		if (width > 0) drawLineChart(element, data, options);
		if (value.current)
			value.current.textContent = readout(curve, data, cursor.current, recorded ? behind : null, marked);
	};
	const stepUnder = (event: PointerEvent<HTMLElement>) => {
		const box = event.currentTarget.getBoundingClientRect();
		return stepAt(event.clientX - box.left, box.width, lastStep);
	};
	return (
		<figure className="curve" title={curve.help}>
			<figcaption>
				<span className="curve-title">
					<span className="curve-name">{curve.name}</span> <span className="muted">{curve.unit}</span>
				</span>
				<span className="curve-value tabular" ref={value} />
			</figcaption>
			<div
				className="curve-plot"
				onPointerMove={(e) => onPoint(stepUnder(e))}
				onPointerLeave={() => onPoint(null)}
				onPointerDown={(e) => showStep(stepUnder(e))}
			>
				<Chart className="chart" draw={draw} redraws={redraws} />
			</div>
		</figure>
	);
});

function dataOf(id: Curve["id"], trained: string): LineData {
	if (id !== "error") {
		const { step, values, length } = telemetry.series;
		if (!SAMPLED.has(id)) return { x: step, y: values[id], length };
		const points = finitePoints(step, values[id], length);
		return { ...points, length: points.x.length };
	}
	const points = errorCurves.points.get(trained) ?? [];
	return {
		x: Float64Array.from(points, (p) => p.step),
		y: Float64Array.from(points, (p) => p.error),
		length: points.length,
	};
}

/** Errors of the other rows of the run at hand, thin beside that of the method that trains. */
function liveErrors([, ...others]: readonly string[]) {
	return others.flatMap((method, i) => {
		const points = errorCurves.points.get(method) ?? [];
		const x = Float64Array.from(points, (p) => p.step);
		const y = Float64Array.from(points, (p) => p.error);
		return points.length > 0 ? [{ id: `live ${method}`, run: PRESENT, method, x, y, dashed: false, colour: i }] : [];
	});
}

/** Every line of a chart as it is drawn at the moment, the present run's first. */
function drawnLines(id: Curve["id"]): DrawnLine[] {
	const { latest, spec } = runStore.getState();
	const trained = latest?.credit.method ?? spec?.method.id ?? "";
	const { rows } = layoutStore.getState();
	const own = { curve: id, run: PRESENT, method: id === "error" ? trained : "", ...dataOf(id, trained) };
	const others = id === "error" ? liveErrors([trained, ...rows]) : [];
	const behind = behindOf(pastRunsStore.getState().runs, id, [trained, ...rows]).lines;
	return [own, ...[...others, ...behind].map((line) => ({ curve: id, ...line }))];
}

/** The value at the cursor, else at the checkpoint on screen, else the last one; of the recording where there is no run. */
function readout(
	curve: Curve,
	data: LineData,
	cursor: number | null,
	recorded: Behind | null,
	marked: number | null,
): string {
	const line = recorded?.lines[0];
	const shown = data.length === 0 && line ? { x: line.x, y: line.y, length: line.x.length } : data;
	const wanted = cursor ?? (data.length === 0 ? marked : null);
	const i = wanted === null ? shown.length - 1 : nearestIndex(shown, wanted);
	if (i < 0) return "";
	const text = curve.text(shown.y[i] as number);
	return cursor === null ? text : `${text} at ${shown.x[i]}`;
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
