import { listenToStrip } from "./stripListeners";

/**
 * Pointer and keyboard of rollouts side by side: as in the credit strip, and the arrow keys up and down go from one text to the one before
 * or after it. If nothing has the focus, the texts get it: what had it may have left the screen for them. Where the two part comes into view. @returns the way to stop.
 */
export function listenToSides(box: HTMLElement): () => void {
	if (document.activeElement === document.body) box.focus({ preventScroll: true });
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
