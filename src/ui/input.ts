import { courtesy } from "../workers/courtesy";
import { onDrawn, onFrame } from "./frame";

/** Pressing comes before the click that acts, letting go after the key that did. */
const INPUT = ["pointerdown", "click", "keydown"] as const;

/** The workers leave the cores to the page from an input until the frame that answers it is drawn. */
export function followInput(): void {
	const wait = () => {
		const end = courtesy.begin();
		onFrame(() => onDrawn(end));
	};
	for (const type of INPUT) addEventListener(type, wait, { capture: true, passive: true });
}
