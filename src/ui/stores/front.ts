import { createStore } from "zustand/vanilla";
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

/** The panel that a place shows. @param ids panels of the place, at least one. */
export const frontOf = (panels: readonly string[], ids: readonly string[]): string | undefined =>
	panels.find((panel) => ids.includes(panel)) ?? ids[0];
