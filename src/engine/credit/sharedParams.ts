import type { ChoiceParam, FlagParam, NumberParam } from "../spec/params";
import type { Need } from "./method";
import { type Node, normalise } from "./ops";
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

export const whitenParam = (fallback: boolean) =>
	flagParam({
		label: "Whiten",
		help: "Shift and scale the credit of all tokens of the batch to mean 0 and variance 1.",
		default: fallback,
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

/** (A − mean) / sqrt(var + 1e-8) over the tokens of the batch, var with divisor n − 1; one token alone gets 0. */
export function whiten(x: Node<"token">, where?: Node<"token">): Node<"token"> {
	const options = {
		within: "batch",
		center: "mean",
		scale: "sd1",
		eps: 1e-8,
		epsOn: "variance",
		singleton: "zero",
	} as const;
	return normalise(x, options, where ? { where } : {});
}
