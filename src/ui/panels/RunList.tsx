import type { JSX } from "react";
import { useStore } from "zustand";
import { RUN_COLOURS } from "../charts/lineBehind";
import { type PastRun, pastRunsStore, removeRun, toggleRun } from "../runs/pastRuns";
import { type Difference, differences } from "../runs/runNames";
import { Menu } from "../shell/Menu";
import { draftStore } from "../stores/draft";
import { runStore } from "../stores/run";

/** The runs behind the present one: which are drawn, and what was set differently. */
export function RunList(): JSX.Element {
	const runs = useStore(pastRunsStore, (s) => s.runs);
	const running = useStore(runStore, (r) => r.spec);
	const draft = useStore(draftStore, (d) => d.spec);
	const present = running ?? draft;
	if (runs.length === 0)
		return <p className="muted padded">Runs are kept here when the next one starts, to be laid over it.</p>;
	return (
		<ul className="run-list">
			{runs.map((run, i) => (
				<RunLine key={run.id} run={run} colour={i} changed={differences(run.spec, present)} />
			))}
		</ul>
	);
}

interface LineProps {
	readonly run: PastRun;
	readonly colour: number;
	readonly changed: readonly Difference[];
}

function RunLine({ run, colour, changed }: LineProps): JSX.Element {
	const hue = run.kind === "recording" ? "neutral" : `run-${colour % RUN_COLOURS}`;
	const swatch = run.kind === "live" ? hue : `${hue} dashed`;
	const seeds = run.curves.success?.length ?? 1;
	return (
		<li>
			<label className="row-choice">
				<input type="checkbox" checked={run.visible} onChange={() => toggleRun(run.id)} />
				<svg className="swatch" width="22" height="10" aria-hidden="true">
					<line className={`line ${swatch}`} x1="0" x2="22" y1="5" y2="5" />
				</svg>
				<span>
					<b>{run.name}</b>{" "}
					<span className="muted">{seeds > 1 ? `${seeds} seeds, mean ± standard error` : `seed ${run.spec.seed}`}</span>
				</span>
			</label>
			{run.kind !== "recording" ? (
				<button type="button" className="quiet icon" title="Forget this run" onClick={() => removeRun(run.id)}>
					<span aria-hidden="true">×</span>
					<span className="visually-hidden">Forget {run.name}</span>
				</button>
			) : null}
			<p className="run-differences muted">
				{changed.length === 0
					? "Same settings as the present run."
					: changed.map(({ path, from, to }) => `${path}: ${from} → ${to}`).join(" · ")}
			</p>
		</li>
	);
}

/** The list behind a button, for the head of the curves. */
export function RunListButton(): JSX.Element {
	const shown = useStore(pastRunsStore, (s) => s.runs.filter((r) => r.visible).length);
	return (
		<Menu label={shown > 0 ? `Runs +${shown}` : "Runs"} title="Runs drawn behind the present one" className="runs-card">
			<h3>Behind the present run</h3>
			<RunList />
		</Menu>
	);
}
