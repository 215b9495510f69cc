import { type JSX, useState } from "react";
import { PANELS } from "../panels/catalog";
import { download } from "./download";
import { panelFigure } from "./panelFigure";
import { publishedCsv } from "./publishedCsv";
import { type Figure, pngOf } from "./svgFigure";

interface Props {
	readonly panel: string;
	readonly widthMm: number;
	/** Dots an inch of the PNG. */
	readonly dpi?: number;
}

/** Saves a panel as SVG, as PNG, and its numbers as CSV. */
export default function FigureButtons({ panel, widthMm, dpi = 300 }: Props): JSX.Element {
	const [problem, setProblem] = useState("");
	const name = `ascribe-${panel}`;
	const withFigure = (save: (figure: Figure) => void | Promise<void>) => {
		const figure = panelFigure(panel, widthMm);
		setProblem(figure ? "" : "This panel is not on screen.");
		if (figure) void Promise.resolve(save(figure)).catch((error: unknown) => setProblem(String(error)));
	};
	const saveCsv = (csv: string | null, file: string) => {
		setProblem(csv === null ? "This panel has no numbers yet." : "");
		if (csv !== null) download(`${file}.csv`, csv, "text/csv");
	};
	const tables = PANELS.find((p) => p.id === panel)?.tables ?? [];
	return (
		<>
			<p className="actions">
				<button type="button" onClick={() => withFigure((f) => download(`${name}.svg`, f.svg, "image/svg+xml"))}>
					SVG
				</button>
				<button
					type="button"
					onClick={() => withFigure(async (f) => download(`${name}.png`, await pngOf(f, widthMm, dpi), "image/png"))}
				>
					PNG
				</button>
				<button type="button" onClick={() => saveCsv(publishedCsv(panel), name)}>
					CSV
				</button>
				{tables.map(({ id, title, help }) => (
					<button key={id} type="button" title={help} onClick={() => saveCsv(publishedCsv(panel, id), `${name}-${id}`)}>
						{title}
					</button>
				))}
			</p>
			<p role="status">{problem}</p>
		</>
	);
}
