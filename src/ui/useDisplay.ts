import { useStore } from "zustand";
import { type Display, displayOf } from "./credit/display";
import { viewStore } from "./stores/view";
import { useComparison } from "./useComparison";

/** What the strip shows, as it is read at the moment; null before the first rollouts. */
export function useDisplay(): Display | null {
	const comparison = useComparison();
	const view = useStore(viewStore);
	return comparison && displayOf(comparison, view);
}
