import type { LayoutName } from "./stores/layout";

export type Place = "left" | "upper" | "lower" | "right" | "bottom";

/** Which panels stand where; several in one place are tabs. A place without panels is not there. */
export interface LayoutDefinition {
	readonly title: string;
	readonly help: string;
	readonly places: Readonly<Partial<Record<Place, readonly string[]>>>;
}

export const LAYOUTS: Readonly<Record<LayoutName, LayoutDefinition>> = {
	learn: {
		title: "Learn",
		help: "Large text, few things.",
		places: { upper: ["credit"], right: ["inspector"], bottom: ["curves"] },
	},
	inspect: {
		title: "Inspect",
		help: "Settings, credit, inspector and curves.",
		places: {
			left: ["setup"],
			upper: ["credit"],
			lower: ["tree", "methods", "rollouts", "library"],
			right: ["inspector"],
			bottom: ["curves"],
		},
	},
};
