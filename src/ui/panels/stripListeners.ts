import { moveFocus, tokenOf } from "../charts/creditStrip";
import { ERROR_ROW } from "../credit/display";
import { EXACT_ROW } from "../exactRow";
import { setHovered } from "../hover";
import { moveSelectedRow } from "../moves";
import { followRun } from "../session";
import { pinToken } from "../stores/selection";
import { setView } from "../stores/view";
import { dragRows } from "./rowDrag";

/**
 * Pointer and keyboard of the credit strip: hovering or focusing a token shows its card, a click or Enter pins it, arrow
 * keys move the focus, Escape follows the run again. A row's name selects its method; dragged onto another, or with Alt and an arrow key from
 * the text, the row moves. @returns the way to stop.
 */
export function listenToStrip(box: HTMLElement): () => void {
	const stop = new AbortController();
	const on = <K extends keyof HTMLElementEventMap>(type: K, listener: (event: HTMLElementEventMap[K]) => void) =>
		box.addEventListener(type, listener, { signal: stop.signal });
	on("pointerover", (e) => setHovered(tokenOf(e.target)));
	on("pointerleave", () => setHovered(null));
	on("focusin", (e) => setHovered(tokenOf(e.target)));
	on("focusout", () => setHovered(null));
	on("scroll", () => {
		// Text moves under a pointer that stands still, without an event of the pointer.
		setHovered(null);
		setHovered(tokenOf(box.querySelector(".token:hover") ?? box.querySelector(".token:focus-visible")));
	});
	on("click", (e) => chooseRow(e.target) || pin(e.target));
	dragRows(box, stop.signal);
	on("keydown", (e) => {
		if (e.altKey && tokenOf(e.target) && (e.key === "ArrowUp" || e.key === "ArrowDown")) {
			moveSelectedRow(e.key === "ArrowUp" ? -1 : 1);
			e.preventDefault();
		}
		if (!e.metaKey && !e.ctrlKey && !e.altKey && press(e.target, e.key)) e.preventDefault();
	});
	return () => {
		stop.abort();
		setHovered(null);
	};
}

/** A click on a row's name selects its method: the error is then shown for it. */
function chooseRow(target: EventTarget | null): boolean {
	const method = methodOf(target);
	if (method !== null) setView({ method });
	return method !== null;
}

/** The method whose row's name is there. */
function methodOf(target: EventTarget | null): string | null {
	const label = target instanceof Element ? target.closest<HTMLElement>(".row-labels [data-row]") : null;
	const method = label?.dataset.row;
	return !method || method === EXACT_ROW || method === ERROR_ROW ? null : method;
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
