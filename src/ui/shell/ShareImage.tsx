import { type JSX, useLayoutEffect, useState } from "react";
import { useStore } from "zustand";
import { download } from "../figures/download";
import { panelFigure, panelsOnScreen } from "../figures/panelFigure";
import { type Figure, figureWithLink, pngOf } from "../figures/svgFigure";
import { PANELS } from "../panels/catalog";
import { layoutStore } from "../stores/layout";

/** A panel on screen as a picture that carries the link: a preview of just what is saved, as PNG or SVG. */
export default function ShareImage({ link }: { readonly link: string }): JSX.Element {
	const { widthMm, dpi } = useStore(layoutStore, (l) => l.figure);
	const [panels] = useState(panelsOnScreen);
	const [panel, setPanel] = useState(panels[0] ?? "");
	const [problem, setProblem] = useState("");
	// Drawn without the link, which is not seen: a note that is being typed draws nothing anew.
	const [figure, setFigure] = useState<Figure | null>(null);
	// Drawing dresses the panel for paper for a moment: before the next picture, and not while the page is rendered.
	useLayoutEffect(() => setFigure(panelFigure(panel, widthMm, "")), [panel, widthMm]);
	if (!figure) return <p className="muted">There is no panel on screen that makes a picture.</p>;
	const save = (kind: string, contentOf: (carrying: Figure) => string | Promise<Blob>, type: string) =>
		Promise.resolve(contentOf(figureWithLink(figure, link)))
			.then((content) => download(`ascribe-${panel}.${kind}`, content, type))
			.then(() => setProblem(""))
			.catch((error: unknown) => setProblem(String(error)));
	return (
		<figure className="share-image">
			<figcaption className="actions">
				{panels.length > 1 ? <PanelChoice panels={panels} chosen={panel} onChoose={setPanel} /> : null}
				<button type="button" onClick={() => void save("png", (f) => pngOf(f, widthMm, dpi), "image/png")}>
					Save PNG
				</button>
				<button type="button" onClick={() => void save("svg", (f) => f.svg, "image/svg+xml")}>
					Save SVG
				</button>
			</figcaption>
			<img
				src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(figure.svg)}`}
				alt={`${titleOf(panel)}, as saved`}
			/>
			<p className="muted">
				The file carries this link: dropped on the page, it opens what the link opens. Send it as a file, since services
				that recompress pictures take the link out.
			</p>
			{problem ? <p role="status">{problem}</p> : null}
		</figure>
	);
}

interface ChoiceProps {
	readonly panels: readonly string[];
	readonly chosen: string;
	readonly onChoose: (panel: string) => void;
}

const PanelChoice = ({ panels, chosen, onChoose }: ChoiceProps) => (
	<select aria-label="Panel in the picture" value={chosen} onChange={(e) => onChoose(e.target.value)}>
		{panels.map((id) => (
			<option key={id} value={id}>
				{titleOf(id)}
			</option>
		))}
	</select>
);

const titleOf = (id: string) => PANELS.find((panel) => panel.id === id)?.title ?? id;
