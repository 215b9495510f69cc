import { percent } from "../format";
import { type Layout, layoutStore } from "../stores/layout";
import { isActive, type Run, runStore } from "../stores/run";

const DARK = "(prefers-color-scheme: dark)";

/** Keeps the chosen theme on the root element; "system" leaves the choice to the browser. */
export function followTheme(): void {
	const apply = () => {
		const { theme, layout } = layoutStore.getState();
		const root = document.documentElement;
		if (theme === "system") delete root.dataset.theme;
		else root.dataset.theme = theme;
		root.dataset.layout = layout;
	};
	apply();
	layoutStore.subscribe(apply);
	// Style sheets follow the system by themselves; drawings on a canvas are made again by whoever asks `usedTheme`.
	matchMedia(DARK).addEventListener("change", () => layoutStore.setState({}));
}

/** Shows progress in the tab's title, so that a run can be watched from another tab. */
export function followRunInTitle(): void {
	runStore.subscribe((run) => {
		const title = titleOf(run);
		if (document.title !== title) document.title = title;
	});
}

/** The theme in which drawings are made: the one on screen, but figures are always light. */
export function usedTheme({ theme, layout }: Pick<Layout, "theme" | "layout">): "light" | "dark" {
	if (layout === "figure") return "light";
	if (theme !== "system") return theme;
	return matchMedia(DARK).matches ? "dark" : "light";
}

export function titleOf(run: Run): string {
	if (run.phase === "failed") return "Stopped · Ascribe";
	if (run.phase === "done") return "Done · Ascribe";
	if (run.phase === "paused") return `Paused at ${run.step} · Ascribe`;
	if (isActive(run.phase) && run.total > 0) return `${percent(run.done / run.total)} · Ascribe`;
	return "Ascribe";
}
