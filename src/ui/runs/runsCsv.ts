import { csvOf } from "../figures/csv";
import { draftStore } from "../stores/draft";
import { runStore } from "../stores/run";
import { pastRunsStore } from "./pastRuns";
import { differences } from "./runNames";

/** What the list of runs says: one line a setting that differs from the present run, one without a setting for a run of the same; null without runs. */
export function runsCsv(): string | null {
	const { runs } = pastRunsStore.getState();
	const present = runStore.getState().spec ?? draftStore.getState().spec;
	const lines = runs.flatMap(({ name, kind, visible, spec }) => {
		const run = [name, kind, Number(visible)];
		const changed = differences(spec, present);
		return changed.length === 0
			? [[...run, null, null, null]]
			: changed.map(({ path, from, to }) => [...run, path, from, to]);
	});
	return lines.length > 0 ? csvOf(["run", "kind", "drawn", "setting", "its_value", "present_value"], lines) : null;
}
