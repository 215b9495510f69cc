import type { ComponentType } from "react";
import { lazyPart } from "../lazyPart";
import CreditPanel from "./CreditPanel";
import CurvesPanel from "./CurvesPanel";
import InspectorPanel from "./InspectorPanel";
import SetupPanel from "./SetupPanel";

export interface PanelDefinition {
	readonly id: string;
	readonly title: string;
	/** One sentence: what it shows. */
	readonly help: string;
	/** Tables that it offers beside its usual one. */
	readonly tables?: readonly { readonly id: string; readonly title: string; readonly help: string }[];
	readonly component: ComponentType;
}

/** Every panel. The first journey's are in the initial chunk; the others load when they are first opened. */
export const PANELS: readonly PanelDefinition[] = [
	{ id: "setup", title: "Setup", help: "Settings of the next run.", component: SetupPanel },
	{
		id: "data",
		title: "Data",
		help: "Rollouts of your own, and what is wrong with their credit.",
		component: lazyPart(() => import("./DataPanel")),
	},
	{
		id: "credit",
		title: "Credit",
		help: "Rollouts as text, with each token's credit.",
		component: CreditPanel,
	},
	{
		id: "siblings",
		title: "Siblings",
		help: "Two rollouts of a group side by side: where they part, and what each was paid for it (=).",
		component: lazyPart(() => import("./SiblingsPanel")),
	},
	{
		id: "tree",
		title: "Tree",
		help: "Where the rollouts of a group part, and what each branch was worth.",
		component: lazyPart(() => import("./TreePanel")),
	},
	{
		id: "attention",
		title: "Attention",
		help: "Where the policy looked while it wrote, beside the exact advantage.",
		tables: [
			{
				id: "maps",
				title: "CSV of the maps",
				help: "One line a head, query and key. Tokens count from the first after the prompt; those of the prompt are negative.",
			},
		],
		component: lazyPart(() => import("./AttentionPanel")),
	},
	{
		id: "fidelity",
		title: "Fidelity",
		help: "Methods ranked by how well their credit agrees with the exact advantage.",
		component: lazyPart(() => import("./FidelityPanel")),
	},
	{
		id: "methods",
		title: "Methods",
		help: "What every method says of one rollout.",
		component: lazyPart(() => import("./MethodsPanel")),
	},
	{
		id: "rollouts",
		title: "Rollouts",
		help: "Every rollout of the batch, sorted and filtered.",
		component: lazyPart(() => import("./RolloutsPanel")),
	},
	{
		id: "library",
		title: "Library",
		help: "Every credit method, task and loss, with its source.",
		component: lazyPart(() => import("./LibraryPanel")),
	},
	{
		id: "errors",
		title: "Errors",
		help: "How far each method is from the exact advantage, on every recorded task.",
		component: lazyPart(() => import("./ErrorsPanel")),
	},
	{
		id: "runs",
		title: "Runs",
		help: "Past and recorded runs, and what was set differently.",
		component: lazyPart(() => import("./RunsPanel")),
	},
	{
		id: "inspector",
		title: "Inspector",
		help: "Numbers of the pinned token.",
		component: InspectorPanel,
	},
	{ id: "curves", title: "Curves", help: "The run over its training steps.", component: CurvesPanel },
];
