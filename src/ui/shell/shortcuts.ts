import { commandOf } from "../commands";
import { isEmbedded } from "../embedded";
import { layoutStore, toggleMaximised } from "../stores/layout";
import { openPalette } from "./Palette";

const TEXT_FIELDS = "input:not([type=checkbox], [type=radio], [type=range]), textarea, [contenteditable]";

/** Keys that act anywhere outside text fields. Space and letters belong to the focused control, if it takes them. */
export function followShortcuts(): void {
	document.addEventListener("keydown", (event) => {
		if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
		const action = actionOf(event, event.target instanceof HTMLElement ? event.target : document.body);
		if (!action) return;
		event.preventDefault();
		action();
	});
}

function actionOf(event: KeyboardEvent, target: HTMLElement): (() => void) | null {
	// A field in a dialog that has just closed keeps the focus until the next frame.
	const closed = target.closest("dialog:not([open])") !== null;
	const typing = !closed && target.matches(TEXT_FIELDS);
	const mod = event.ctrlKey || event.metaKey;
	if (mod && event.key.toLowerCase() === "k") return isEmbedded ? null : openPalette;
	if (typing) return null;
	if (!mod && event.key.toLowerCase() === "f" && layoutStore.getState().singleKeys) return maximiser(target);
	if (event.key === "Escape" && layoutStore.getState().maximised)
		return () => layoutStore.setState({ maximised: null });
	if (event.key === " " && target.matches("button, summary, a, select, input, [role=gridcell], [role=tab]"))
		return null;
	if (target.matches("select") && !mod) return null;
	return commandOf(event, isEmbedded)?.run ?? null;
}

function maximiser(target: HTMLElement): (() => void) | null {
	const panel = target.closest<HTMLElement>("[data-panel]")?.dataset.panel ?? "credit";
	return () => toggleMaximised(panel);
}
