import { type JSX, useId, useState } from "react";
import { download } from "../figures/download";
import { panelCsv } from "../figures/panelData";
import { type Drawing, type Figure, pngOf, svgFigure } from "../figures/svgFigure";
import { shareLink } from "../share";

/** Widths of a column and of a page in most journals. */
const WIDTHS_MM = [84, 174] as const;

/** The panel's drawings as SVG or PNG at a chosen width, and its numbers as CSV. */
export function ExportButton({ panel, title }: { readonly panel: string; readonly title: string }): JSX.Element {
	const id = useId();
	const [width, setWidth] = useState<number>(WIDTHS_MM[0]);
	const [problem, setProblem] = useState("");
	const name = `ascribe-${panel}`;
	const withFigure = (save: (figure: Figure) => void | Promise<void>) => {
		const figure = figureOf(panel, title, width);
		setProblem(figure ? "" : "This panel has no drawing at the moment; its numbers may be there as CSV.");
		if (figure) void Promise.resolve(save(figure)).catch((error: unknown) => setProblem(String(error)));
	};
	const saveCsv = () => {
		const csv = panelCsv(panel);
		setProblem(csv === null ? "This panel has no numbers yet." : "");
		if (csv !== null) download(`${name}.csv`, csv, "text/csv");
	};
	return (
		<>
			<button type="button" className="quiet icon" popoverTarget={id} title="Export">
				<span className="visually-hidden">Export {title}</span>
				<span aria-hidden="true">⇩</span>
			</button>
			<div id={id} popover="auto" className="chip-card share-card">
				<h3>Export {title}</h3>
				<label>
					Width{" "}
					<select value={width} onChange={(e) => setWidth(Number(e.target.value))}>
						{WIDTHS_MM.map((mm) => (
							<option key={mm} value={mm}>
								{mm} mm
							</option>
						))}
					</select>
				</label>
				<p className="actions">
					<button type="button" onClick={() => withFigure((f) => download(`${name}.svg`, f.svg, "image/svg+xml"))}>
						SVG
					</button>
					<button
						type="button"
						onClick={() => withFigure(async (f) => download(`${name}.png`, await pngOf(f, width), "image/png"))}
					>
						PNG
					</button>
					<button type="button" onClick={saveCsv}>
						CSV
					</button>
				</p>
				<p role="status">{problem}</p>
			</div>
		</>
	);
}

/** The figure of a panel, drawn in the light theme whatever is on screen. */
function figureOf(panel: string, title: string, widthMm: number): Figure | null {
	const box = document.querySelector(`[data-panel="${panel}"] .panel-body`);
	const drawings = [...(box?.querySelectorAll<SVGSVGElement>("svg") ?? [])].map(
		(svg): Drawing => ({ svg, title: svg.closest("figure")?.querySelector(".curve-name")?.textContent ?? title }),
	);
	if (drawings.length === 0) return null;
	const root = document.documentElement;
	const { theme } = root.dataset;
	root.dataset.theme = "light";
	try {
		return svgFigure(drawings, widthMm, shareLink(location.href.replace(/[?#].*$/, "")).link);
	} finally {
		if (theme === undefined) delete root.dataset.theme;
		else root.dataset.theme = theme;
	}
}
