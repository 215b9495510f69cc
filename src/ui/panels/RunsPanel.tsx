import type { JSX } from "react";
import { usePanelCsv } from "../figures/publishedCsv";
import { runsCsv } from "../runs/runsCsv";
import { RunList } from "./RunList";

/** Recorded and past runs: which are drawn behind the present one, and what was set differently. */
export default function RunsPanel(): JSX.Element {
	usePanelCsv("runs", runsCsv);
	return (
		<div className="runs-panel">
			<RunList />
		</div>
	);
}
