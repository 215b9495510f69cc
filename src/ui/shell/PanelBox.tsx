import { type JSX, Suspense, useState } from "react";
import { useStore } from "zustand";
import { FIGURE_PANELS } from "../layouts";
import { PANELS } from "../panels/catalog";
import { bringToFront, frontOf, frontStore } from "../stores/front";
import { layoutStore, toggleMaximised } from "../stores/layout";
import { ExportButton } from "./ExportButton";
import { PanelBoundary } from "./PanelBoundary";
import { ToolsPlace } from "./PanelTools";

interface Props {
	/** Panels of this place; the first is shown, the others are tabs. */
	readonly ids: readonly string[];
	readonly className: string;
}

/** One place of the layout: a title or tabs, a button to maximise, and the panel. */
export function PanelBox({ ids, className }: Props): JSX.Element | null {
	const chosen = useStore(frontStore, (f) => frontOf(f.panels, ids));
	const [tools, setTools] = useState<HTMLElement | null>(null);
	const maximised = useStore(layoutStore, (l) => l.maximised);
	const panels = ids.map((id) => PANELS.find((p) => p.id === id)).filter((p) => p !== undefined);
	const panel = panels.find((p) => p.id === (maximised ?? chosen)) ?? panels.find((p) => p.id === chosen) ?? panels[0];
	if (!panel) return null;
	const Panel = panel.component;
	const open = (id: string) => {
		bringToFront(id);
		if (maximised === panel.id) toggleMaximised(id);
	};
	return (
		<section className={`panel ${className}`} data-panel={panel.id} aria-label={panel.title}>
			<header className="panel-head">
				{panels.length > 1 ? (
					<Tabs panels={panels} chosen={panel.id} onChoose={open} />
				) : (
					<h2 title={panel.help}>{panel.title}</h2>
				)}
				<div className="panel-tools" ref={setTools} />
				{FIGURE_PANELS.includes(panel.id) ? <ExportButton key={panel.id} panel={panel.id} title={panel.title} /> : null}
				<button
					type="button"
					className="quiet icon"
					aria-pressed={maximised === panel.id}
					title={maximised === panel.id ? "Back to the layout (Esc)" : "Fill the window (F)"}
					onClick={() => toggleMaximised(panel.id)}
				>
					<span className="visually-hidden">Maximise {panel.title}</span>
					<span aria-hidden="true">{maximised === panel.id ? "⤡" : "⤢"}</span>
				</button>
			</header>
			<div className="panel-body" id={`panel-${panel.id}`}>
				<ToolsPlace value={tools}>
					<Suspense fallback={<p className="muted padded">Loading.</p>}>
						<PanelBoundary key={panel.id} title={panel.title}>
							<Panel />
						</PanelBoundary>
					</Suspense>
				</ToolsPlace>
			</div>
		</section>
	);
}

interface TabsProps {
	readonly panels: readonly { id: string; title: string; help: string }[];
	readonly chosen: string;
	readonly onChoose: (id: string) => void;
}

function Tabs({ panels, chosen, onChoose }: TabsProps): JSX.Element {
	const move = (by: number) => {
		const at = panels.findIndex((p) => p.id === chosen);
		const next = panels[(at + by + panels.length) % panels.length];
		if (!next) return;
		onChoose(next.id);
		document.getElementById(`tab-${next.id}`)?.focus();
	};
	return (
		<div
			role="tablist"
			className="tabs"
			onKeyDown={(e) => {
				if (e.key === "ArrowRight") move(1);
				else if (e.key === "ArrowLeft") move(-1);
			}}
		>
			{panels.map((p) => (
				<button
					key={p.id}
					id={`tab-${p.id}`}
					type="button"
					role="tab"
					aria-selected={p.id === chosen}
					aria-controls={`panel-${p.id}`}
					tabIndex={p.id === chosen ? 0 : -1}
					title={p.help}
					onClick={() => onChoose(p.id)}
				>
					{p.title}
				</button>
			))}
		</div>
	);
}
