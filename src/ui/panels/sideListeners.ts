import { wereSidesAsked } from "../siblings/pair";
import { listenToStrip } from "./stripListeners";

/** The focus was within texts that left the screen. */
let heldFocus = false;

/** Notes whether the texts have the focus; called before they leave the screen. */
export function leaveSides(box: HTMLElement): void {
	heldFocus = box.contains(document.activeElement);
}

/**
 * Pointer and keyboard of rollouts side by side: as in the credit strip, and the arrow keys up and down go from one text to the one before
 * or after it. If nothing has the focus, the texts get it where a person asked for them or had it in those before: what had it left the
 * screen for them. They do not take it for a pair that comes by itself. Where the two part comes into view. @returns the way to stop.
 */
export function listenToSides(box: HTMLElement): () => void {
	const wanted = wereSidesAsked() || heldFocus;
	heldFocus = false;
	if (wanted && document.activeElement === document.body) box.focus({ preventScroll: true });
	requestAnimationFrame(() => box.querySelector("[data-parting]")?.scrollIntoView({ block: "nearest" }));
	const stop = listenToStrip(box);
	const press = (event: KeyboardEvent) => {
		const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		const strip = event.target instanceof Element ? event.target.closest(".strip") : null;
		if (!by || !strip || event.defaultPrevented || event.altKey) return;
		const strips = [...box.querySelectorAll(".strip")];
		const next = strips[strips.indexOf(strip) + by];
		next?.querySelector<HTMLElement>('.token[tabindex="0"]')?.focus();
		if (next) event.preventDefault();
	};
	box.addEventListener("keydown", press);
	return () => {
		box.removeEventListener("keydown", press);
		stop();
	};
}
