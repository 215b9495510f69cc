import { after } from "./frame";

let tell: () => void;

/**
 * Resolves when the page has been on screen for a moment. What nobody waits for until then (workers that read their scripts on the other
 * core) starts after it.
 */
export const firstPicture = new Promise<void>((resolve) => {
	tell = resolve;
});

/** The page was drawn; its first picture comes with the next frame, or soon where frames are not drawn, as in a hidden tab. */
export function followFirstPicture(): void {
	void Promise.race([frame().then(frame).then(rest), after(LONGEST_MS)]).then(tell);
}

/** A page that never rests starts its workers all the same. */
const LONGEST_MS = 500;

const frame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));

/** The browser has nothing to do. */
const rest = () =>
	new Promise<void>((resolve) => {
		if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve());
		else setTimeout(resolve);
	});
