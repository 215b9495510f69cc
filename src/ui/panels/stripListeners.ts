import { moveFocus, tokenOf } from "../charts/creditStrip";
import { setHovered } from "../hover";
import { followRun } from "../session";
import { pinToken } from "../stores/selection";

/**
 * Pointer and keyboard of the credit strip: hovering or focusing a token shows its card, a click or Enter pins it, arrow
 * keys move the focus, Escape follows the run again. @returns the way to stop.
 */
export function listenToStrip(box: HTMLElement): () => void {
	const stop = new AbortController();
	const on = <K extends keyof HTMLElementEventMap>(type: K, listener: (event: HTMLElementEventMap[K]) => void) =>
		box.addEventListener(type, listener, { signal: stop.signal });
	on("pointerover", (e) => setHovered(tokenOf(e.target)));
	on("pointerleave", () => setHovered(null));
	on("focusin", (e) => setHovered(tokenOf(e.target)));
	on("focusout", () => setHovered(null));
	on("scroll", () => setHovered(null));
	on("click", (e) => pin(e.target));
	on("keydown", (e) => {
		if (!e.metaKey && !e.ctrlKey && !e.altKey && press(e.target, e.key)) e.preventDefault();
	});
	return () => {
		stop.abort();
		setHovered(null);
	};
}

function pin(target: EventTarget | null): boolean {
	const token = tokenOf(target);
	if (token) pinToken(token.rollout, token.token);
	return token !== null;
}

function press(target: EventTarget | null, key: string): boolean {
	const token = tokenOf(target);
	const grid = token?.element.closest<HTMLElement>(".strip");
	if (!token || !grid) return false;
	if (key === "Enter" || key === " " || key === "p") return pin(target);
	if (key === "Escape") {
		followRun();
		return true;
	}
	return moveFocus(grid, token.element, key);
}
