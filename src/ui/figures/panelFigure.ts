import { FIGURE_PANELS } from "../layouts";
import { shareLink } from "../share";
import { domFigure } from "./domFigure";
import { onPaper } from "./paper";
import { type Drawing, type Figure, svgFigure } from "./svgFigure";

/** The link that restores the view, for the metadata of figures. */
const viewLink = () => shareLink(location.href.replace(/[?#].*$/, "")).link;

const bodyOf = (panel: string) => document.querySelector<HTMLElement>(`[data-panel="${panel}"] .panel-body`);

/** Panels on screen that can be figures. */
export const panelsOnScreen = (): string[] => FIGURE_PANELS.filter((panel) => bodyOf(panel) !== null);

/**
 * The panel on screen as a figure: curves side by side with their names, everything else as it stands in its box.
 * @param link goes with the figure; the one that restores the view where none is given.
 * @returns null for a panel that is not on screen.
 */
export function panelFigure(panel: string, widthMm: number, link: string = viewLink()): Figure | null {
	const body = bodyOf(panel);
	if (!body) return null;
	return onPaper(body, () => {
		const figures = [...body.querySelectorAll<HTMLElement>("figure.curve")];
		const drawings = figures.flatMap((figure): Drawing[] => {
			const svg = figure.querySelector("svg");
			return svg ? [{ svg, title: figure.querySelector(".curve-name")?.textContent ?? "" }] : [];
		});
		return drawings.length > 0 ? svgFigure(drawings, widthMm, link) : domFigure(body, widthMm, link);
	});
}
