import { type JSX, Suspense, useId, useState } from "react";
import { WIDTHS_MM } from "../figures/widths";
import { lazyPart } from "../lazyPart";
import { PanelBoundary } from "./PanelBoundary";

const FigureButtons = lazyPart(() => import("../figures/FigureButtons"));

/** The panel as SVG or PNG at a chosen width, and its numbers as CSV. */
export function ExportButton({ panel, title }: { readonly panel: string; readonly title: string }): JSX.Element {
	const id = useId();
	const [width, setWidth] = useState<number>(WIDTHS_MM[0]);
	const [opened, open] = useState(false);
	return (
		<>
			<button type="button" className="quiet icon" popoverTarget={id} title="Export (E)" data-export={panel}>
				<span className="visually-hidden">Export {title}</span>
				<span aria-hidden="true">⇩</span>
			</button>
			<div id={id} popover="auto" className="chip-card share-card" onBeforeToggle={() => open(true)}>
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
				<PanelBoundary title="The export">
					<Suspense fallback={<p className="muted">Loading.</p>}>
						{opened ? <FigureButtons panel={panel} widthMm={width} /> : null}
					</Suspense>
				</PanelBoundary>
			</div>
		</>
	);
}
