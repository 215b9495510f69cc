import { isEmbedded } from "./embedded";

/** What the browser remembers of a visit under a name; null for nothing, where storage is blocked, and inside another page. */
export function remembered(name: string): string | null {
	try {
		return isEmbedded ? null : localStorage.getItem(name);
	} catch {
		return null;
	}
}

/** Remembers a text for the next visit. A full or blocked storage costs only that; inside another page nothing is stored. */
export function remember(name: string, text: string): void {
	if (isEmbedded) return;
	try {
		localStorage.setItem(name, text);
	} catch {
		// The next visit starts as the first did.
	}
}
