import { playOrPause, stepOnce } from "../session";
import { redo, undo } from "../stores/draft";
import { layoutStore, toggleMaximised } from "../stores/layout";

/** Keys that act anywhere outside text fields. Space belongs to the focused button or token, if there is one. */
export function followShortcuts(): void {
	document.addEventListener("keydown", (event) => {
		if (event.defaultPrevented || event.altKey) return;
		const target = event.target instanceof HTMLElement ? event.target : document.body;
		const action = shortcut(event, target);
		if (!action) return;
		event.preventDefault();
		action();
	});
}

function shortcut(event: KeyboardEvent, target: HTMLElement): (() => void) | null {
	const typing = target.matches("input, select, textarea, [contenteditable]");
	if (event.metaKey || event.ctrlKey) {
		if (event.key.toLowerCase() !== "z" || typing) return null;
		return event.shiftKey ? redo : undo;
	}
	if (typing) return null;
	if (event.key === " ") return target.matches("button, summary, a, [role=gridcell], [role=tab]") ? null : playOrPause;
	if (event.key === ".") return () => void stepOnce();
	if (event.key === "f" || event.key === "F") return () => maximiseFocused(target);
	if (event.key === "Escape" && layoutStore.getState().maximised)
		return () => layoutStore.setState({ maximised: null });
	return null;
}

function maximiseFocused(target: HTMLElement): void {
	const panel = target.closest<HTMLElement>("[data-panel]")?.dataset.panel;
	if (panel) toggleMaximised(panel);
}
