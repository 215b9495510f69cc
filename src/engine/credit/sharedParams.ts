import type { ChoiceParam, FlagParam, NumberParam, ParamValues } from "../spec/params";
import type { Need } from "./method";
import { type Node, normalise, type Operand, orElse, rolloutInput, select } from "./ops";
import { type Partition, STEPS, TOKENS, TURNS } from "./partition";

export const numberParam = <const S extends Omit<NumberParam, "type">>(spec: S) => ({
	type: "number" as const,
	...spec,
});
export const integerParam = <const S extends Omit<NumberParam, "type">>(spec: S) => ({
	type: "integer" as const,
	...spec,
});
export const choiceParam = <const S extends Omit<ChoiceParam, "type">>(spec: S) => ({
	type: "choice" as const,
	...spec,
});
export const flagParam = <const S extends Omit<FlagParam, "type">>(spec: S) => ({ type: "flag" as const, ...spec });

export const bootstrapParams = {
	bootstrap: flagParam({
		label: "Bootstrap cut rollouts",
		help: "Use the value after the last token of a rollout that the limit cut, where it is known.",
		default: true,
	}),
};

/** The value after the last token: 0, or with `bootstrap` what is known of a rollout that the limit cut. */
export const valueAfter = ({ bootstrap }: ParamValues<typeof bootstrapParams>): Operand<"rollout"> =>
	bootstrap ? select(rolloutInput("truncated"), orElse(rolloutInput("bootstrap"), 0), 0) : 0;

/** Cuts before tokens that the policy was unsure of. */
export const cutParams = (interval: number) => ({
	threshold: numberParam({
		label: "Threshold",
		help: "Tokens below this probability are uncertain.",
		default: 0.9,
		min: 0,
		max: 1,
		unit: "",
	}),
	interval: integerParam({
		label: "Interval",
		help: "Every m-th uncertain token is a cut.",
		default: interval,
		min: 1,
		max: 1000,
		unit: "tokens",
	}),
});

/** Options of whitening that always happens. */
export const whitenScaleParams = {
	whitenScale: choiceParam({
		label: "Whitening scale",
		help: "Variance over the tokens of the batch with divisor n − 1 (sd1) or n (sd0).",
		default: "sd1",
		options: ["sd1", "sd0"],
	}),
	whitenEps: numberParam({
		label: "Whitening epsilon",
		help: "Added to the variance under the root.",
		default: 1e-8,
		min: 0,
		max: 1,
		unit: "",
		log: true,
	}),
};
type WhitenScale = ParamValues<typeof whitenScaleParams>;

export const whitenParams = (fallback: boolean) => ({
	whiten: flagParam({
		label: "Whiten",
		help: "Shift and scale the credit of all tokens of the batch to mean 0 and variance 1.",
		default: fallback,
	}),
	...whitenScaleParams,
});

export const unitParam = (fallback: "step" | "turn" | "token") =>
	choiceParam({
		label: "Unit",
		help: "What gets one credit: a step or a turn as the rollouts mark them, or every token.",
		default: fallback,
		options: ["step", "turn", "token"],
	});

type Unit = "step" | "turn" | "token";

export const partitionOf = (unit: Unit): Partition => (unit === "step" ? STEPS : unit === "turn" ? TURNS : TOKENS);
export const unitNeeds = (unit: Unit): readonly Need[] =>
	unit === "token" ? [] : [{ field: unit === "step" ? "steps" : "turns" }];

/** (A − mean) / sqrt(var + eps) over the tokens of the batch; one token alone gets 0. */
export function whiten(
	x: Node<"token">,
	{ whitenScale, whitenEps }: WhitenScale,
	where?: Node<"token">,
): Node<"token"> {
	const options = {
		within: "batch",
		center: "mean",
		scale: whitenScale,
		eps: whitenEps,
		epsOn: "variance",
		singleton: "zero",
	} as const;
	return normalise(x, options, where ? { where } : {});
}
