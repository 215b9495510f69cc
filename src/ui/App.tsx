import { type CSSProperties, type JSX, Suspense } from "react";
import { useStore } from "zustand";
import { hiddenPlaces, isEmbedded } from "./embedded";
import { LAYOUTS, type LayoutDefinition, type Place } from "./layouts";
import { lazyPart } from "./lazyPart";
import { InterruptedRun } from "./panels/StoredRuns";
import { Coach } from "./shell/Coach";
import { EmbedRequest } from "./shell/EmbedRequest";
import { KeyMap } from "./shell/KeyMap";
import { Notices } from "./shell/Notices";
import { Palette } from "./shell/Palette";
import { PanelBoundary } from "./shell/PanelBoundary";
import { PanelBox } from "./shell/PanelBox";
import { Splitter } from "./shell/Splitter";
import { TopBar } from "./shell/TopBar";
import { layoutStore, sizeOf } from "./stores/layout";
import { runStore } from "./stores/run";

const FigureDesk = lazyPart(() => import("./shell/FigureDesk"));

/** The workbench: top bar, and the places of the chosen layout with their panels. */
export function App(): JSX.Element {
	const layoutState = useStore(layoutStore);
	const { layout, maximised } = layoutState;
	const empty = useStore(runStore, (r) => r.latest === null);
	// Without rollouts there is nothing to compare: the invitation to run has the whole centre.
	const { lower, ...others } = LAYOUTS[layout].places;
	const all: LayoutDefinition["places"] = empty || !lower ? others : { ...others, lower };
	const places = Object.fromEntries(
		Object.entries(all).filter(([place]) => !hiddenPlaces.includes(place)),
	) as LayoutDefinition["places"];
	const style = {
		"--left": places.left ? `${sizeOf(layoutState, "left")}px` : "0px",
		"--right": places.right || layout === "figure" ? `${sizeOf(layoutState, "right")}px` : "0px",
		"--bottom": places.bottom ? `${sizeOf(layoutState, "bottom")}px` : "0px",
		"--lower": `${sizeOf(layoutState, "lower")}px`,
	} as CSSProperties;
	const box = (place: Place) => {
		const ids = places[place];
		if (!ids || (maximised && !ids.includes(maximised))) return null;
		return <PanelBox key={`${layout}-${place}`} ids={ids} className={place} />;
	};
	return (
		<div
			className="app"
			style={style}
			data-layout={layout}
			data-maximised={maximised !== null}
			data-embedded={isEmbedded}
		>
			{isEmbedded ? null : <TopBar />}
			<Palette />
			<KeyMap />
			<Coach />
			<main className="places">
				<PanelBoundary title="The figure">
					<Suspense fallback={null}>{layout === "figure" ? <FigureDesk /> : null}</Suspense>
				</PanelBoundary>
				{box("left")}
				{places.left && !maximised ? <Splitter side="left" label="Width of the settings" /> : null}
				<div className="centre">
					<EmbedRequest />
					<Notices />
					<InterruptedRun />
					{box("upper")}
					{places.lower && !maximised ? <Splitter side="lower" label="Height of the lower panels" /> : null}
					{box("lower")}
				</div>
				{places.right && !maximised ? <Splitter side="right" label="Width of the inspector" /> : null}
				{box("right")}
				{places.bottom && !maximised ? <Splitter side="bottom" label="Height of the curves" /> : null}
				{box("bottom")}
			</main>
		</div>
	);
}
