import type { JSX } from "react";
import { RunList } from "./RunList";

/** Recorded and past runs: which are drawn behind the present one, and what was set differently. */
export default function RunsPanel(): JSX.Element {
	return (
		<div className="runs-panel">
			<RunList />
		</div>
	);
}
