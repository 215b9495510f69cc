/** Drawings on canvases, whose colours no style sheet changes. */
const canvases = new Set<() => void>();

/** Draws a canvas anew when an element is put on paper and when it is taken off; returns the way to stop. */
export function onPaperTurn(again: () => void): () => void {
	canvases.add(again);
	return () => canvases.delete(again);
}

/** The theme in which an element is drawn: paper is always light. */
export const themeOf = (element: Element, used: "light" | "dark"): "light" | "dark" =>
	element.closest("[data-paper]") ? "light" : used;

/**
 * Runs `work` while an element stands as on paper: in the light theme whatever the page shows, and as tall as what is in it.
 * A colour that is inherited was computed in the theme of the page, hence the ink is named again.
 */
export function onPaper<T>(element: HTMLElement, work: () => T): T {
	const { colorScheme, color } = element.style;
	const scrolled = [...element.querySelectorAll("*")]
		.filter((inside) => inside.scrollTop > 0 || inside.scrollLeft > 0)
		.map((inside) => [inside, inside.scrollLeft, inside.scrollTop] as const);
	Object.assign(element.style, { colorScheme: "light", color: "var(--ink)" });
	element.dataset.paper = "";
	for (const again of canvases) again();
	try {
		return work();
	} finally {
		Object.assign(element.style, { colorScheme, color });
		delete element.dataset.paper;
		for (const again of canvases) again();
		for (const [inside, left, top] of scrolled) inside.scrollTo({ left, top, behavior: "instant" });
	}
}
