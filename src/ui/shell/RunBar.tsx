import type { JSX } from "react";
import { useStore } from "zustand";
import { compact, duration, fixed, percent } from "../format";
import { cancelRun, pauseOrResume, startRun, stepOnce } from "../session";
import { draftStore } from "../stores/draft";
import { blockedBy } from "../stores/rewardChain";
import { isAlive, type Run, runStore } from "../stores/run";

/** Run, pause, step, cancel; how far the run is, how long it still takes, and whether settings changed since it began. */
export function RunBar(): JSX.Element {
	const phase = useStore(runStore, (r) => r.phase);
	const spec = useStore(runStore, (r) => r.spec);
	const stale = useStore(draftStore, (d) => spec !== null && !sameJson(d.spec, spec));
	const blocked = useStore(draftStore, blockedBy);
	const alive = isAlive(phase);
	return (
		<fieldset className="run-bar" aria-label="Run">
			<button
				type="button"
				className={!alive || stale ? "primary" : ""}
				disabled={blocked !== ""}
				title={blocked || "Start a run with these settings"}
				onClick={() => void startRun()}
			>
				{spec === null ? "Run" : "Run again"}
			</button>
			<button type="button" disabled={!alive} title="Space" onClick={() => void pauseOrResume()}>
				{phase === "paused" ? "Resume" : "Pause"}
			</button>
			<button
				type="button"
				disabled={!alive && blocked !== ""}
				title={(alive ? "" : blocked) || "One training step, then pause (.)"}
				onClick={() => void stepOnce()}
			>
				Step
			</button>
			<button type="button" disabled={!alive} onClick={() => void cancelRun()}>
				Cancel
			</button>
			<Progress phase={phase} />
			{stale ? (
				<span className="stale" title="The next run takes the settings on screen; this one goes on with its own">
					settings changed
				</span>
			) : null}
		</fieldset>
	);
}

/** All of the bar that changes while a run goes on. */
function Progress({ phase }: Pick<Run, "phase">): JSX.Element {
	const share = useStore(runStore, (r) => (r.total > 0 ? r.done / r.total : 0));
	const text = useStore(runStore, progressText);
	const rates = useStore(runStore, ratesText);
	return (
		<div className="progress-box" data-phase={phase}>
			<progress aria-label="Progress of the run" max={1} value={phase === "starting" ? undefined : share} />
			<p className="progress-text tabular" role="status">
				{text}
			</p>
			<p className="rates tabular">{rates}</p>
		</div>
	);
}

/** The state of the run in a few words. */
function progressText(run: Run): string {
	const { done, total, phase } = run;
	switch (phase) {
		case "idle":
			if (run.latest?.names) return "Rollouts of a file";
			return run.latest ? "Recorded run" : "Not started";
		case "starting":
			return "Starting";
		case "compiling":
			return run.note || (total > 1 ? `Compiling kernels, ${done} of ${total}` : "Compiling kernels");
		case "warm-start": {
			const reached = run.warmStart?.success;
			return `Warm start${reached == null ? "" : `, success ${percent(reached)}`}`;
		}
		case "training": {
			const left = run.secondsLeft == null ? "" : `, ${duration(run.secondsLeft)} left`;
			return `${percent(done / total)}${left}`;
		}
		case "paused":
			return `Paused at step ${run.step}`;
		case "done":
			return `Done, ${run.step} steps`;
		case "cancelled":
			return `Cancelled at step ${run.step}`;
		case "failed":
			return `Stopped at step ${run.step}`;
	}
}

function ratesText(run: Run): string {
	if (run.phase !== "training" && run.phase !== "paused") return "";
	const steps = Number.isFinite(run.stepsPerSecond)
		? `${fixed(run.stepsPerSecond, run.stepsPerSecond < 10 ? 1 : 0)} steps/s`
		: "";
	const tokens = Number.isFinite(run.tokensPerSecond) ? `${compact(run.tokensPerSecond)} tokens/s` : "";
	return [steps, tokens].filter(Boolean).join(" · ");
}

const sameJson = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);
