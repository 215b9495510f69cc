import type { JSX } from "react";
import { useStore } from "zustand";
import { shapeText, twinText } from "../../engine/twin/shapeText";
import { fileStore } from "../files/fileStore";
import { openTwin, wayToTwin } from "../files/openTwin";
import { percent } from "../format";
import { runStore } from "../stores/run";

const BUTTON = {
	recording: { text: "Open the toy twin", title: "Its recording, with the same methods under the text (T)" },
	run: {
		text: "Train the toy twin",
		title: "Runs the preset on this machine, with the same methods under the text (T)",
	},
	busy: { text: "Set up the toy twin", title: "A run is on: only the settings change (T)" },
} as const;

/** The preset most like the files, why, and the way to it: there the exact advantage is known. */
export function TwinCard(): JSX.Element | null {
	const twin = useStore(fileStore, (f) => f.twin);
	const phase = useStore(runStore, (r) => r.phase);
	if (!twin) return null;
	const { text, title } = BUTTON[wayToTwin(twin.preset, { phase })];
	const { its, yours, spec } = twin;
	const won = Number.isFinite(yours.success) ? ` ${percent(yours.success)} of yours succeed.` : "";
	const groups =
		spec.rollout.groupSize === its.groupSize ? "" : ` Groups are set to ${spec.rollout.groupSize}, as yours.`;
	return (
		<section className="twin" aria-label="Toy twin">
			<h3>Toy twin</h3>
			<p>{twinText(twin)}</p>
			<p className="muted">
				There: {shapeText(its)}.{won}
				{groups} On a toy task the exact advantage is known, so each method can be held against it.
			</p>
			<p className="actions">
				<button type="button" title={title} onClick={() => void openTwin()}>
					{text}
				</button>
			</p>
		</section>
	);
}
