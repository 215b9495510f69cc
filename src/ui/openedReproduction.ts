import { type Reproduction, reproductionOf } from "../engine/training/reproduction";
import type { Run } from "./stores/run";

/** How the run at hand compares with the link that the page was opened from; null while there is nothing to compare. */
export function openedReproduction({
	opened,
	spec,
	label,
	fingerprints,
}: Pick<Run, "opened" | "spec" | "label" | "fingerprints">): Reproduction | null {
	if (!opened?.spec || !spec || !label) return null;
	return reproductionOf({ ...opened, spec: opened.spec }, { spec, label, fingerprints });
}
