import { type JSX, useId, useState } from "react";
import { FigureButtons } from "../figures/FigureButtons";
import { WIDTHS_MM } from "../figures/widths";

/** The panel as SVG or PNG at a chosen width, and its numbers as CSV. */
export function ExportButton({ panel, title }: { readonly panel: string; readonly title: string }): JSX.Element {
	const id = useId();
	const [width, setWidth] = useState<number>(WIDTHS_MM[0]);
	return (
		<>
			<button type="button" className="quiet icon" popoverTarget={id} title="Export (E)" data-export={panel}>
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
				<FigureButtons panel={panel} widthMm={width} />
			</div>
		</>
	);
}
