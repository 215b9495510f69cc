import type { JSX } from "react";
import { useStore } from "zustand";
import { moveFrame, playOrStop, showFrame, stopPlaying } from "../recording/player";
import { isActive, runStore } from "../stores/run";
import { selectionStore } from "../stores/selection";
import { frameOnScreen, timelineStore } from "../stores/timeline";

/** Moves every panel over the checkpoints of the recording or of the run, which are spaced exponentially. */
export function Scrubber(): JSX.Element {
	const { frames, playing, source, recorded } = useStore(timelineStore);
	const step = useStore(selectionStore, (s) => s.step);
	const busy = useStore(runStore, (r) => isActive(r.phase));
	const at = frameOnScreen(frames, step);
	const frame = frames[at];
	const last = frame?.latest.spec.steps ?? 0;
	const where = frame ? `step ${frame.latest.step} of ${last}` : "no checkpoints yet";
	return (
		<fieldset className="scrubber" aria-label="Checkpoints">
			<button
				type="button"
				className="icon"
				disabled={frames.length < 2 || busy}
				title={playing ? "Stop (Space)" : "Play the checkpoints (Space)"}
				onClick={playOrStop}
			>
				<span aria-hidden="true">{playing ? "❚❚" : "▶"}</span>
				<span className="visually-hidden">{playing ? "Stop playing" : "Play the checkpoints"}</span>
			</button>
			<button
				type="button"
				className="quiet icon"
				disabled={at <= 0}
				title="Checkpoint before ([)"
				onClick={() => moveFrame(-1)}
			>
				<span aria-hidden="true">‹</span>
				<span className="visually-hidden">Checkpoint before</span>
			</button>
			<input
				type="range"
				aria-label="Checkpoint"
				aria-valuetext={where}
				min={0}
				max={Math.max(0, frames.length - 1)}
				value={Math.max(0, at)}
				disabled={frames.length < 2}
				onChange={(e) => {
					stopPlaying();
					showFrame(Number(e.target.value));
				}}
			/>
			<button
				type="button"
				className="quiet icon"
				disabled={at < 0 || at >= frames.length - 1}
				title="Next checkpoint (])"
				onClick={() => moveFrame(1)}
			>
				<span aria-hidden="true">›</span>
				<span className="visually-hidden">Next checkpoint</span>
			</button>
			<span className="scrubber-where tabular">{where}</span>
			<span className="muted scrubber-source">
				{source === "recording" && recorded ? `recorded on ${recorded.adapter}` : frames.length > 0 ? "this run" : ""}
			</span>
		</fieldset>
	);
}
