import { type JSX, useCallback } from "react";
import { curveStep, type LinkCurve } from "../../engine/spec/linkCurve";
import { Chart, type Size } from "../charts/Chart";
import { drawLineChart } from "../charts/lineChart";
import { pastRunsStore } from "../runs/pastRuns";
import { telemetry } from "../telemetry";

/** The success of this run over that of the link's. */
export function LinkedCurves({ curve }: { readonly curve: LinkCurve }): JSX.Element {
	const redraws = useCallback((again: () => void) => telemetry.subscribe(again), []);
	const draw = (element: HTMLElement, { width, height }: Size) => {
		if (width === 0) return;
		const { length, step, values } = telemetry.series;
		const { lastStep, success } = curve;
		const x = Float64Array.from(success, (_, i) => curveStep(i, success.length, lastStep));
		// The colour that its line has behind the curves.
		const colour = pastRunsStore.getState().runs.findIndex(({ kind }) => kind === "link");
		const theirs = {
			id: "link",
			x,
			y: Float64Array.from(success),
			dashed: true,
			colour: colour < 0 ? null : colour,
		};
		drawLineChart(
			element,
			{ x: step, y: values.success, length },
			{
				width,
				height,
				label: "Success of this run, over that of the link's",
				lastStep: Math.max(lastStep, step[length - 1] ?? 0),
				floor: 0,
				ceiling: 1,
				cursor: null,
				behind: [theirs],
			},
		);
	};
	return (
		<figure className="curve linked-curves">
			<figcaption>
				<span>
					<b>Success</b> of this run, and dashed of the link's
				</span>
			</figcaption>
			<div className="curve-plot">
				<Chart className="chart" draw={draw} redraws={redraws} />
			</div>
		</figure>
	);
}
