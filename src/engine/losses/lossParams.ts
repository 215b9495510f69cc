import type { ChoiceParam, NumberParam } from "../spec/params";
import type { Aggregation, SurrogateConfig } from "./surrogate";

const number = <const S extends Omit<NumberParam, "type">>(spec: S) => ({ type: "number" as const, ...spec });

const clip = (side: "below" | "above", fallback: number) =>
	number({
		label: side === "below" ? "Clip low" : "Clip high",
		help: `How far ${side} 1 the ratio may go before the gradient stops.`,
		default: fallback,
		min: 0,
		max: side === "below" ? 1 : 1e6,
		unit: "",
	}) satisfies NumberParam;

/** Limits of the ratio. */
export const clipParams = (low: number, high: number) => ({
	clipLow: clip("below", low),
	clipHigh: clip("above", high),
});

export const dualClipParam = (fallback: number) =>
	number({
		label: "Dual clip",
		help: "Largest ratio that counts when the advantage is negative; 0 = no limit.",
		default: fallback,
		min: 0,
		max: 1e6,
		unit: "",
	}) satisfies NumberParam;

/** How token losses become one number. */
export const aggParams = (fallback: Aggregation) => ({
	agg: {
		type: "choice" as const,
		label: "Aggregation",
		help: "Mean over tokens, mean over rollouts of token means or of token sums, or sums over a constant.",
		default: fallback,
		options: ["token-mean", "seq-mean-token-mean", "seq-mean-token-sum", "constant"] as const,
	} satisfies ChoiceParam,
	constant: {
		type: "integer" as const,
		label: "Constant",
		help: "Tokens that the constant aggregation divides each rollout by; 0 = the longest response allowed.",
		default: 0,
		min: 0,
		max: 1e9,
		unit: "tokens",
	} satisfies NumberParam,
});

/** Reference policy and entropy. */
export const penaltyParams = {
	kl: {
		type: "choice" as const,
		label: "KL estimator",
		help: "How the divergence from the reference policy is estimated from one token.",
		default: "k3",
		options: ["k1", "k2", "k3"] as const,
	} satisfies ChoiceParam,
	klCoef: number({
		label: "KL weight",
		help: "Weight of the divergence from the reference policy in the loss; 0 = no reference policy.",
		default: 0,
		min: 0,
		max: 100,
		unit: "per nat",
	}) satisfies NumberParam,
	klClamp: number({
		label: "KL clamp",
		help: "Largest k3 estimate of one token, as in verl; k1 and k2 are never cut. 0 = no limit.",
		default: 0,
		min: 0,
		max: 1e6,
		unit: "nats",
	}) satisfies NumberParam,
	entropyCoef: number({
		label: "Entropy bonus",
		help: "Weight of the mean entropy of the policy, subtracted from the loss.",
		default: 0,
		min: 0,
		max: 10,
		unit: "per nat",
	}) satisfies NumberParam,
};

interface CommonValues {
	readonly agg: Aggregation;
	readonly constant: number;
	readonly kl: SurrogateConfig["klEstimator"];
	readonly klCoef: number;
	readonly klClamp: number;
	readonly entropyCoef: number;
}

/** The part of the surrogate that all losses share. */
export const commonConfig = ({ agg, constant, kl, klCoef, klClamp, entropyCoef }: CommonValues) => ({
	aggregation: agg,
	constant,
	klEstimator: kl,
	klCoef,
	klClamp,
	entropyCoef,
});
