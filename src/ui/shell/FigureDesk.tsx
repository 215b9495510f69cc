import { type JSX, Suspense } from "react";
import { useStore } from "zustand";
import FigureButtons from "../figures/FigureButtons";
import { WIDTHS_MM } from "../figures/widths";
import { FIGURE_PANELS } from "../layouts";
import { PANELS } from "../panels/catalog";
import { layoutStore, setFigure } from "../stores/layout";

const EXPORTED = PANELS.filter(({ id }) => FIGURE_PANELS.includes(id));

/** The layout "figure": one panel on a sheet, and how it is saved. */
export default function FigureDesk(): JSX.Element {
	return (
		<>
			<section className="panel figure-place" aria-label="Figure">
				<Sheet />
			</section>
			<section className="panel right" aria-label="Export">
				<header className="panel-head">
					<h2>Export</h2>
				</header>
				<Options />
			</section>
		</>
	);
}

const CSS_PIXELS_PER_MM = 96 / 25.4;
/** A printed column is narrower than a panel is made for: it is drawn this much larger and printed smaller. */
const DRAWN_LARGER = 1.6;

/** One panel on a white sheet of the chosen width, as it will be saved. */
function Sheet(): JSX.Element {
	const { panel, widthMm } = useStore(layoutStore, (l) => l.figure);
	const shown = EXPORTED.find((p) => p.id === panel) ?? EXPORTED[0];
	if (!shown) return <p className="muted padded">There is no panel to save.</p>;
	const Shown = shown.component;
	const width = widthMm * CSS_PIXELS_PER_MM * DRAWN_LARGER;
	return (
		<div className="figure-desk">
			<section
				className={`figure-sheet sheet-${shown.id}`}
				data-panel={shown.id}
				style={{ width }}
				aria-label={shown.title}
			>
				<div className="panel-body">
					<Suspense fallback={<p className="muted padded">Loading.</p>}>
						<Shown />
					</Suspense>
				</div>
			</section>
		</div>
	);
}

const DPI = [150, 300, 600] as const;

/** Which panel is the figure, how wide it prints, and in which format it is saved. */
function Options(): JSX.Element {
	const { panel, widthMm, dpi } = useStore(layoutStore, (l) => l.figure);
	return (
		<form className="figure-options" onSubmit={(e) => e.preventDefault()} aria-label="Figure">
			<label>
				Panel
				<select value={panel} onChange={(e) => setFigure({ panel: e.target.value })}>
					{EXPORTED.map(({ id, title }) => (
						<option key={id} value={id}>
							{title}
						</option>
					))}
				</select>
			</label>
			<label>
				Width
				<select value={widthMm} onChange={(e) => setFigure({ widthMm: Number(e.target.value) })}>
					{WIDTHS_MM.map((mm) => (
						<option key={mm} value={mm}>
							{mm} mm
						</option>
					))}
				</select>
			</label>
			<label>
				Dots an inch
				<select value={dpi} onChange={(e) => setFigure({ dpi: Number(e.target.value) })}>
					{DPI.map((dots) => (
						<option key={dots} value={dots}>
							{dots}
						</option>
					))}
				</select>
			</label>
			<FigureButtons panel={panel} widthMm={widthMm} dpi={dpi} />
			<p className="muted">
				Text stays text in the SVG, in fonts that print. Its metadata hold the link that restores these settings. The
				CSV has the numbers behind the drawing.
			</p>
		</form>
	);
}
