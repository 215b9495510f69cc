/** The token under the pointer or the keyboard focus. Listeners draw into their own elements; nothing of React is involved. */
export interface HoveredToken {
	readonly rollout: number;
	readonly token: number;
	/** The element that the card points at. */
	readonly element: Element;
}

let current: HoveredToken | null = null;
const listeners = new Set<(hovered: HoveredToken | null) => void>();

export function setHovered(hovered: HoveredToken | null): void {
	if (hovered?.rollout === current?.rollout && hovered?.token === current?.token) return;
	current = hovered;
	for (const listener of listeners) listener(hovered);
}

/** Whether a token is under the pointer or has the keyboard focus. */
export const isHovering = (): boolean => current !== null;

export function onHover(listener: (hovered: HoveredToken | null) => void): () => void {
	listeners.add(listener);
	return () => listeners.delete(listener);
}
