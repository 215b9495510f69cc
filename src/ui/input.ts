import { courtesy } from "../workers/courtesy";
import { onDrawn, onFrame } from "./frame";

/** Pressing comes before the click that acts, letting go after the key that did. */
const INPUT = ["pointerdown", "click", "keydown"] as const;
/** Scrolling is over when nothing has moved for this long; what moves once in longer was not moved by a hand. */
const SCROLL_MS = 100;

/** The workers leave the cores to the page from an input until the frame that answers it is drawn, and while somebody scrolls. */
export function followInput(): void {
	const wait = () => {
		const end = courtesy.begin();
		onFrame(() => onDrawn(end));
	};
	for (const type of INPUT) addEventListener(type, wait, { capture: true, passive: true });
	addEventListener("scroll", scrolled, { capture: true, passive: true });
}

let timer: ReturnType<typeof setTimeout> | undefined;
let last = Number.NEGATIVE_INFINITY;
let endOfScroll: (() => void) | null = null;

function scrolled({ timeStamp }: Event): void {
	const goesOn = timeStamp - last < SCROLL_MS;
	last = timeStamp;
	if (!goesOn) return;
	if (endOfScroll) courtesy.again();
	else endOfScroll = courtesy.begin();
	clearTimeout(timer);
	timer = setTimeout(rest, SCROLL_MS);
}

function rest(): void {
	endOfScroll?.();
	endOfScroll = null;
}
