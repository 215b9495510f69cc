import { type JSX, useState } from "react";
import { useStore } from "zustand";
import { bytesText, dateText } from "../format";
import { forgetRun, interrupted, resumeRun, saveStoredRun, storedStore } from "../storage/keepRuns";
import type { StoredRun } from "../storage/runFiles";
import { isAlive, runStore } from "../stores/run";

const PROBLEMS = {
	full: "There is no more room: the present run is not kept. Delete others, or save it as a file.",
	blocked: "The browser keeps nothing for this page: save runs as files to have them later.",
} as const;

/** Runs that the browser keeps: go on with one, save it as a file, delete it. */
export function StoredRuns(): JSX.Element | null {
	const { runs, problem } = useStore(storedStore);
	if (runs.length === 0 && !problem) return null;
	return (
		<section className="stored" aria-label="Runs in this browser">
			<h3>Runs in this browser</h3>
			{problem ? <p className="muted">{PROBLEMS[problem]}</p> : null}
			<ul>
				{runs.map((run) => (
					<StoredLine key={run.id} run={run} />
				))}
			</ul>
		</section>
	);
}

/** After a closed tab: the run that was on can go on. */
export function InterruptedRun(): JSX.Element | null {
	const run = useStore(storedStore, interrupted);
	const idle = useStore(runStore, (r) => r.phase === "idle");
	const [dismissed, dismiss] = useState(false);
	const [refusal, setRefusal] = useState("");
	if (refusal && idle)
		return (
			<div className="notices">
				<div className="notice" role="status" data-tone="warning">
					<p className="happened">{refusal}</p>
					<p className="actions">
						<button type="button" onClick={() => setRefusal("")}>
							Good
						</button>
					</p>
				</div>
			</div>
		);
	if (!run || !idle || dismissed) return null;
	const goOn = async () => setRefusal(await resumeRun(run));
	return (
		<div className="notices">
			<div className="notice" role="status" data-tone="warning">
				<p className="happened">
					A run of {run.title} stopped at step {run.step} of {run.steps}, when its page was closed.
				</p>
				<p>It goes on from there with the same numbers as if it had never stopped.</p>
				<p className="actions">
					<button type="button" className="primary" onClick={() => void goOn()}>
						Go on
					</button>
					<button type="button" onClick={() => dismiss(true)}>
						Not now
					</button>
					<button type="button" onClick={() => void forgetRun(run)}>
						Delete it
					</button>
				</p>
			</div>
		</div>
	);
}

function StoredLine({ run }: { readonly run: StoredRun }): JSX.Element {
	const alive = useStore(runStore, (r) => isAlive(r.phase));
	const elsewhere = useStore(storedStore, (s) => s.elsewhere.has(run.id));
	const here = useStore(storedStore, (s) => s.own === run.id);
	const [refusal, setRefusal] = useState("");
	const goOn = async () => setRefusal(await resumeRun(run));
	const done = run.step >= run.steps;
	const when = dateText(run.savedAt);
	return (
		<li>
			<p>
				<b>{run.title}</b>{" "}
				<span className="tabular">
					step {run.step} of {run.steps}
				</span>
			</p>
			<p className="muted tabular">
				{when}, {bytesText(run.size)}
				{elsewhere ? ", training in another tab" : here ? ", on this page" : ""}
			</p>
			{refusal ? (
				<p className="stale" role="alert">
					{refusal}
				</p>
			) : null}
			<p className="actions">
				{done ? null : (
					<button type="button" disabled={alive || elsewhere} onClick={() => void goOn()}>
						Go on
					</button>
				)}
				<button type="button" className="quiet" onClick={() => void saveStoredRun(run)}>
					Save as file
				</button>
				<button type="button" className="quiet" disabled={elsewhere} onClick={() => void forgetRun(run)}>
					Delete
				</button>
			</p>
		</li>
	);
}
