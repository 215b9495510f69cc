import { compact, fixed, percent, significant } from "../format";
import type { SeriesName } from "../telemetry";

/** One chart of the timeline. */
export interface Curve {
	readonly id: SeriesName | "error";
	readonly name: string;
	readonly unit: string;
	readonly help: string;
	readonly text: (x: number) => string;
	readonly floor?: number;
	readonly ceiling?: number;
}

const share = { floor: 0, ceiling: 1, unit: "" } as const;

/** Every curve, in the order of the menu and of the panel. */
export const CURVES: readonly Curve[] = [
	{
		...share,
		id: "success",
		name: "Success",
		help: "Share of the sampled rollouts that solve the task.",
		text: percent,
	},
	{
		...share,
		id: "error",
		name: "Error of the credit",
		help: "Part of the exact advantage that a method misses, after the one factor that suits it best: 0 is exact up to scale, 1 explains nothing. Live: of the group on screen.",
		text: (x) => fixed(x, 2),
	},
	{
		id: "meanReturn",
		name: "Return",
		unit: "",
		help: "Mean reward of a rollout. Dotted: the best policy, and one that draws at random.",
		text: (x) => fixed(x, 3),
	},
	{
		id: "entropy",
		name: "Entropy",
		unit: "nats",
		help: "Mean uncertainty of the policy at its tokens. A fall to zero ends exploration.",
		text: (x) => fixed(x, 3),
		floor: 0,
	},
	{
		id: "semanticEntropy",
		name: "Semantic entropy",
		unit: "nats",
		help: "How evenly a group tries different strategies: its planning tokens where the task has some, else whole responses. Of the rollouts that come to the page.",
		text: (x) => fixed(x, 2),
		floor: 0,
	},
	{
		...share,
		id: "deadGroups",
		name: "Dead groups",
		help: "Share of groups whose returns are all equal: methods that compare siblings learn nothing from them.",
		text: percent,
	},
	{
		id: "rounds",
		name: "Sampling rounds",
		unit: "batches",
		help: "Batches sampled to fill that of a step with groups whose returns differ; 1 where the rollouts have one sampling round. Dead groups mean that the rounds ran out. The other curves tell of the groups chosen, evaluations of the policy.",
		text: (x) => fixed(x, 0),
		floor: 0,
	},
	{
		id: "gradientNorm",
		name: "Gradient norm",
		unit: "",
		help: "Length of the gradient before clipping.",
		text: significant,
		floor: 0,
	},
	{
		id: "klBehaviour",
		name: "KL",
		unit: "nats",
		help: "How far an update moved the policy away from the one that sampled.",
		text: significant,
		floor: 0,
	},
	{
		id: "meanLength",
		name: "Length",
		unit: "tokens",
		help: "Mean length of a rollout.",
		text: (x) => fixed(x, 1),
		floor: 0,
	},
	{
		id: "tokensPerSecond",
		name: "Speed",
		unit: "tokens/s",
		help: "Policy tokens sampled and learned from per second.",
		text: compact,
		floor: 0,
	},
];
