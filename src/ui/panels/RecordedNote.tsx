import type { JSX } from "react";
import { useStore } from "zustand";
import { isSameSpec } from "../../engine/spec/sameSpec";
import { startRun } from "../session";
import { draftStore } from "../stores/draft";
import { blockedBy } from "../stores/rewardChain";
import { runStore } from "../stores/run";
import { timelineStore } from "../stores/timeline";
import { RunCost } from "./RunCost";

/** Says of a recording that it was made with other settings than those on screen, and what a run with these would take. */
export function RecordedNote(): JSX.Element | null {
	// Rollouts of a file have names of their own; the recording waits behind them.
	const idle = useStore(runStore, (r) => r.phase === "idle" && r.latest !== null && !r.latest.names);
	const recorded = useStore(timelineStore, (t) => (t.source === "recording" ? t.frames[0]?.latest.spec : undefined));
	const same = useStore(draftStore, ({ spec }) => !recorded || isSameSpec(recorded, spec));
	const blocked = useStore(draftStore, blockedBy);
	if (!idle || same) return null;
	return (
		<p
			className="recorded-note"
			title="The recording was made with the preset's settings; a run takes those on screen."
		>
			<span>Recorded with other settings.</span>
			<button type="button" disabled={blocked !== ""} title={blocked || undefined} onClick={() => void startRun()}>
				Run these
			</button>
			<RunCost />
		</p>
	);
}
