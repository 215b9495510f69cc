import type { JSX } from "react";
import { useStore } from "zustand";
import type { FileSteps } from "../files/fileSteps";
import { fileStore } from "../files/fileStore";
import { moveFileStep, showFileStep, stepAtHand } from "../files/openFiles";
import { useFileSteps } from "../files/useFileSteps";
import { moveFrame, playOrStop, showFrame, stopPlaying } from "../recording/player";
import { isActive, runStore } from "../stores/run";
import { selectionStore } from "../stores/selection";
import { frameOnScreen, timelineStore } from "../stores/timeline";

/** Moves every panel over the checkpoints of the recording or of the run, or over the steps of the files on screen. */
export function Scrubber(): JSX.Element {
	const steps = useFileSteps();
	return steps ? <FileScrubber steps={steps} /> : <RunScrubber />;
}

function FileScrubber({ steps: { steps } }: { readonly steps: FileSteps }): JSX.Element {
	const latest = useStore(runStore, (r) => r.latest);
	const shown = useStore(fileStore, (f) => stepAtHand(f, latest));
	const title = useStore(fileStore, (f) => f.title);
	const at = Math.max(0, steps.indexOf(shown));
	const where = `step ${shown} of ${steps.at(-1)}`;
	return (
		<fieldset className="scrubber" aria-label="Steps of the files">
			<MoveButton by={-1} name="Step before" sign="[" disabled={at <= 0} onMove={moveFileStep} />
			<input
				type="range"
				aria-label="Step of the files"
				aria-valuetext={where}
				min={0}
				max={steps.length - 1}
				value={at}
				onChange={(e) => showFileStep(steps[Number(e.target.value)] as number)}
			/>
			<MoveButton by={1} name="Next step" sign="]" disabled={at >= steps.length - 1} onMove={moveFileStep} />
			<span className="scrubber-where tabular">{where}</span>
			<span className="muted scrubber-source" title={title}>
				{title}
			</span>
		</fieldset>
	);
}

interface MoveProps {
	readonly by: 1 | -1;
	readonly name: string;
	/** Its key. */
	readonly sign: string;
	readonly disabled: boolean;
	readonly onMove: (by: 1 | -1) => void;
}

function MoveButton({ by, name, sign, disabled, onMove }: MoveProps): JSX.Element {
	return (
		<button
			type="button"
			className="quiet icon"
			disabled={disabled}
			title={`${name} (${sign})`}
			onClick={() => onMove(by)}
		>
			<span aria-hidden="true">{by === 1 ? "›" : "‹"}</span>
			<span className="visually-hidden">{name}</span>
		</button>
	);
}

/** Over the checkpoints, which are spaced exponentially. */
function RunScrubber(): JSX.Element {
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
			<MoveButton by={-1} name="Checkpoint before" sign="[" disabled={at <= 0} onMove={moveFrame} />
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
			<MoveButton
				by={1}
				name="Next checkpoint"
				sign="]"
				disabled={at < 0 || at >= frames.length - 1}
				onMove={moveFrame}
			/>
			<span className="scrubber-where tabular">{where}</span>
			{source === "recording" && recorded ? (
				<span className="muted scrubber-source" title={`Recorded on ${recorded.adapter}`}>
					recorded on {recorded.adapter.split(",")[0]}
				</span>
			) : (
				<span className="muted scrubber-source">{frames.length > 0 ? "this run" : ""}</span>
			)}
		</fieldset>
	);
}
