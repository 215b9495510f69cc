import type { ChoiceParam, NumberParam } from "../spec/params";
import { groupStat, less, type Node, type Normaliser, rolloutInput, type Scope, select, spread } from "./ops";

/** What is subtracted. */
export const centerParam = <const O extends readonly string[]>(fallback: O[number], options: O) =>
	({
		type: "choice" as const,
		label: "Centre",
		help: "What is subtracted from a reward: nothing, the mean, the mean of the others (loo), a value, or a running mean.",
		default: fallback,
		options,
	}) satisfies ChoiceParam;

/** What is divided by. */
export const scaleParam = (fallback: "none" | "sd1" | "sd0") =>
	({
		type: "choice",
		label: "Scale",
		help: "What it is divided by: nothing, or the standard deviation with divisor n − 1 (sd1) or n (sd0).",
		default: fallback,
		options: ["none", "sd1", "sd0"],
	}) as const satisfies ChoiceParam;

export const epsParam = (fallback: number) =>
	({
		type: "number",
		label: "Epsilon",
		help: "Added to the standard deviation; it matters where rewards are dense and nearly equal.",
		default: fallback,
		min: 0,
		max: 1,
		unit: "",
		log: true,
	}) as const satisfies NumberParam;

export const singletonParam = (fallback: "raw" | "zero" | "skip") =>
	({
		type: "choice",
		label: "Group of one",
		help: "What a group of one gets: its own reward (raw), zero, or no credit at all (skip).",
		default: fallback,
		options: ["raw", "zero", "skip"],
	}) as const satisfies ChoiceParam;

export const discountParam = (fallback = 1) =>
	({
		type: "number",
		label: "Discount γ",
		help: "Weight of a reward that is paid one policy token later.",
		default: fallback,
		min: 0,
		max: 1,
		unit: "",
	}) as const satisfies NumberParam;

export interface NormaliserValues {
	readonly center: "none" | "mean" | "loo";
	readonly scale: "none" | "sd1" | "sd0";
	readonly eps: number;
	readonly singleton: "raw" | "zero" | "skip";
}

/** The options of the primitive that parameters describe; `skip` is left to `scoredGroups`. */
export function normaliserOf(
	{ center, scale, eps, singleton }: NormaliserValues,
	scope: Scope = { within: "group" },
): Normaliser {
	return { ...scope, center, scale, eps, epsOn: "sd", singleton: singleton === "raw" ? "raw" : "zero" };
}

/** 1 for rollouts that are not alone in their group. */
export const several = (scope: Scope = { within: "group" }): Node<"rollout"> =>
	less(1, groupStat(rolloutInput("returns"), "count", scope));

/** A term that is 0 for a group of one, or what the rollout earned itself where it is to keep that. */
export const orOwn = (term: Node<"token">, own: Node<"token">, singleton: NormaliserValues["singleton"]) =>
	singleton === "raw" ? select(spread(several()), term, own) : term;

/** Which tokens are scored when a group of one is to be skipped; nothing where it is not. */
export function scoredGroups(
	singleton: "raw" | "zero" | "skip",
	scope: Scope = { within: "group" },
): { scored?: Node<"token"> } {
	if (singleton !== "skip") return {};
	return { scored: spread(several(scope)) };
}
