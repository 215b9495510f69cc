import { useStore } from "zustand";
import { type Comparison, comparisonOf } from "./comparison";
import { layoutStore } from "./stores/layout";
import { runStore } from "./stores/run";
import { selectionStore } from "./stores/selection";

/** What every panel shows; null before the first rollouts. */
export function useComparison(): Comparison | null {
	const latest = useStore(runStore, (r) => r.latest);
	const beside = useStore(runStore, (r) => r.beside);
	const exact = useStore(runStore, (r) => r.exact);
	const group = useStore(selectionStore, (s) => s.group);
	const rows = useStore(layoutStore, (l) => l.rows);
	return latest ? comparisonOf(latest, group, beside, rows, exact) : null;
}
