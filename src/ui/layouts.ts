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
		places: { upper: ["credit", "siblings"], lower: ["tree"], right: ["inspector", "library"], bottom: ["curves"] },
	},
	inspect: {
		title: "Inspect",
		help: "Settings, credit, inspector and curves.",
		places: {
			left: ["setup", "data", "runs"],
			upper: ["credit", "siblings"],
			lower: ["tree", "attention", "methods", "fidelity", "rollouts", "library"],
			right: ["inspector"],
			bottom: ["curves"],
		},
	},
	compare: {
		title: "Compare",
		help: "Runs over each other, and all methods on the same rollouts.",
		places: {
			left: ["runs", "setup"],
			upper: ["methods", "credit", "siblings"],
			lower: ["errors", "fidelity", "tree"],
			right: ["inspector"],
			bottom: ["curves"],
		},
	},
	debug: {
		title: "Debug",
		help: "Every rollout in a list, the one chosen beside it.",
		places: {
			left: ["rollouts", "data", "setup"],
			upper: ["credit", "siblings"],
			lower: ["tree", "methods"],
			right: ["inspector"],
			bottom: ["curves"],
		},
	},
	figure: {
		title: "Figure",
		help: "One panel at the size of a column or a page, to be saved.",
		places: {},
	},
};

/** Panels of settings and files: nothing of them is a figure. */
const WITHOUT_FIGURE: readonly string[] = ["setup", "data", "runs"];

/** Panels whose drawings and numbers can be saved, those of every layout but the few above; the layout "figure" shows one of them. */
export const FIGURE_PANELS: readonly string[] = [
	...new Set(Object.values(LAYOUTS).flatMap(({ places }) => Object.values(places).flat())),
].filter((panel) => !WITHOUT_FIGURE.includes(panel));
