import { createStore } from "zustand/vanilla";
import { LAYOUTS } from "../layouts";
import { layoutStore } from "./layout";

/** Panels that were brought to the front of their places, the last one first; where none was, a place shows its first. */
export const frontStore = createStore<{ readonly panels: readonly string[] }>(() => ({ panels: [] }));

/** Another layout starts with the panels that it is made for. */
layoutStore.subscribe(({ layout }, before) => {
	if (layout !== before.layout) frontStore.setState({ panels: [] });
});

/** Brings a panel to the front, if the layout has it. */
export function bringToFront(panel: string): void {
	frontStore.setState(({ panels }) => ({ panels: [panel, ...panels.filter((other) => other !== panel)] }));
}

/** Panels of each place of the layout. */
export const placesOf = (): (readonly string[])[] => Object.values(LAYOUTS[layoutStore.getState().layout].places);

/** Whether the layout has a panel. */
export const hasPanel = (panel: string): boolean => placesOf().some((ids) => ids.includes(panel));

/** Whether a panel is in front of its place, and no other fills the window. */
export function isShown(panel: string): boolean {
	const { maximised } = layoutStore.getState();
	const ids = placesOf().find((place) => place.includes(panel));
	if (!ids) return false;
	return maximised === null ? frontOf(frontStore.getState().panels, ids) === panel : maximised === panel;
}

/** Brings a panel to the front and into view: where another fills the window, it fills it instead. */
export function showPanel(panel: string): void {
	bringToFront(panel);
	if (layoutStore.getState().maximised !== null) layoutStore.setState({ maximised: panel });
}

/** The panel that a place shows. @param ids panels of the place, at least one. */
export const frontOf = (panels: readonly string[], ids: readonly string[]): string | undefined =>
	panels.find((panel) => ids.includes(panel)) ?? ids[0];
