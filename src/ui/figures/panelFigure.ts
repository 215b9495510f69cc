import { shareLink } from "../share";
import { domFigure } from "./domFigure";
import { type Drawing, type Figure, svgFigure } from "./svgFigure";

/** The link that restores the view, for the metadata of figures. */
const viewLink = () => shareLink(location.href.replace(/[?#].*$/, "")).link;

/** Runs `work` while an element shows the light theme, whatever the page shows. */
function inLight<T>(element: HTMLElement, work: () => T): T {
	const before = element.style.colorScheme;
	element.style.colorScheme = "light";
	try {
		return work();
	} finally {
		element.style.colorScheme = before;
	}
}

/**
 * The panel on screen as a figure: curves side by side with their names, everything else as it stands in its box.
 * @returns null for a panel that is not on screen.
 */
export function panelFigure(panel: string, widthMm: number): Figure | null {
	const body = document.querySelector<HTMLElement>(`[data-panel="${panel}"] .panel-body`);
	if (!body) return null;
	return inLight(body, () => {
		const figures = [...body.querySelectorAll<HTMLElement>("figure.curve")];
		const drawings = figures.flatMap((figure): Drawing[] => {
			const svg = figure.querySelector("svg");
			return svg ? [{ svg, title: figure.querySelector(".curve-name")?.textContent ?? "" }] : [];
		});
		return drawings.length > 0 ? svgFigure(drawings, widthMm, viewLink()) : domFigure(body, widthMm, viewLink());
	});
}
