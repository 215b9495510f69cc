import { defaultsOf, type ParamTable, type ParamValues } from "../spec/params";
import type { Node } from "./ops";
import type { Partition } from "./partition";
import type { Place } from "./place";

/** What a method reads beyond tokens, masks, returns, rewards and groups. */
export type Need =
	| { readonly field: "logProbs" | "refLogProbs" | "entropy" | "success" | "steps" | "turns" }
	/** Values of prefixes; with `at`, those before the first token of each span are enough. */
	| { readonly field: "values"; readonly at?: Partition }
	| { readonly stepField: "reward" | "label" | "stateKeys" | "votes"; readonly of: "steps" | "turns" }
	| { readonly signal: string; readonly level: "token" | "rollout" | "turn" | "step"; readonly meaning: string };

export type Family = "baseline" | "group" | "critic" | "tree" | "segment" | "step" | "structure" | "redistribution";

/** How far the source could be checked. */
export type Verification = "compared with the released code" | "paper read" | "abstract only" | "not verified";

export interface Source {
	readonly cite: string;
	readonly url: string;
	readonly verification: Verification;
}

/** What a method says of every token: terms that add up to the advantage. */
export interface Estimate {
	readonly terms: Readonly<Record<string, Node<"token">>>;
	/** 0 = the method does not score this token; absent: all policy tokens are scored. */
	readonly scored?: Node<"token">;
	/** Token weights that are already inside the terms. */
	readonly weights?: Node<"token">;
}

/** Statements about every batch, held by the conformance suite. */
export interface Traits {
	/** Equal returns in a group give exactly zero. */
	readonly zeroWhenEqual: boolean;
	/** A rollout's credit depends on its own group only. */
	readonly groupLocal: boolean;
}

/**
 * The mean policy gradient of credit beside the exact one: `equal`; a fraction (n−1)/n of it, because the mean of n rollouts, of the
 * group or of the batch, holds the rollout itself; `scaled` by some positive number; or, where no multiple of it, the cosine between
 * the two.
 */
export type Gradient = "equal" | "groupMean" | "batchMean" | "scaled" | number;

/**
 * What is known of a method's gradient for some of its parameters, on a task small enough to enumerate: KEYDOOR with one move between
 * key and door, an uneven policy, groups of eight, 32 in a batch. Values, potentials and forecasts that it reads are exact, all else is what
 * the providers make of such batches. Measured by `exactRelation.test.ts`.
 */
export interface MeasuredGradient {
	/** Over the defaults. */
	readonly params?: Readonly<Record<string, unknown>>;
	/** Providers of what it reads, where they are not the usual ones, with their parameters. */
	readonly signals?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	/** The door alone pays: returns are 0 or 1. */
	readonly door: Gradient;
	/** Apples are found by chance on the way: many returns, and rewards that others caused. */
	readonly apples: Gradient;
}

export interface Method<P extends ParamTable = ParamTable> {
	readonly id: string;
	readonly title: string;
	readonly family: Family;
	/** One sentence for a student. */
	readonly summary: string;
	readonly source: Source;
	readonly params: P;
	/** Parameter values that differ from the defaults, by name of the implementation. */
	readonly presets: Readonly<Record<string, Partial<ParamValues<P>>>>;
	/** What can be told from its arithmetic and from what it reads is held against it by `place.test.ts`. */
	readonly place: Place;
	/** At the defaults and every preset; `batchWide` names the parameters that look beyond the group all the same. */
	readonly traits: Traits;
	readonly batchWide?: (params: ParamValues<P>) => boolean;
	/** Why no writer of rewards may stand before it, as the end of a sentence; absent where one may. */
	readonly paidByTask?: string;
	/** Whether its `discount` counts spans that may hold several tokens; absent: it counts tokens, or there is none. */
	readonly discountsSpans?: (params: ParamValues<P>) => boolean;
	/** First that of the defaults. */
	readonly gradients: readonly [MeasuredGradient, ...MeasuredGradient[]];
	needs(params: ParamValues<P>): readonly Need[];
	estimate(params: ParamValues<P>): Estimate;
}

/** A writer of rewards by name, with its parameters. */
export interface RewardChoice {
	readonly id: string;
	readonly params: Readonly<Record<string, unknown>>;
}

/** What gives credit: a method, or a method behind writers of rewards (`rewards/compose.ts`). */
export interface Creditor extends Pick<AnyMethod, "id" | "params" | "needs" | "estimate"> {
	readonly rewards?: readonly RewardChoice[];
}

/** A creditor in messages: `Method gae after klPenalty`. */
export const nameOf = ({ id, rewards = [] }: Pick<Creditor, "id" | "rewards">): string =>
	["Method", id, ...(rewards.length > 0 ? ["after", rewards.map((writer) => writer.id).join(", ")] : [])].join(" ");

/** A method of any parameters: `estimate` is only called with what its own table describes. */
export type AnyMethod = Omit<Method, "presets" | "needs" | "estimate" | "batchWide" | "discountsSpans"> & {
	readonly batchWide?: (params: Readonly<Record<string, unknown>>) => boolean;
	readonly discountsSpans?: (params: Readonly<Record<string, unknown>>) => boolean;
	readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	needs(params: Readonly<Record<string, unknown>>): readonly Need[];
	estimate(params: Readonly<Record<string, unknown>>): Estimate;
};

/** Whether a rollout's credit depends on its own group only, for these parameters. */
export function isGroupLocal(method: AnyMethod, given: Readonly<Record<string, unknown>>): boolean {
	if (!method.traits.groupLocal) return false;
	return !method.batchWide?.({ ...defaultsOf(method.params), ...given });
}

/** Declares a method; its parameters get their types from the table. */
export function defineMethod<const P extends ParamTable>(method: Method<P>): AnyMethod {
	return method as unknown as AnyMethod;
}
