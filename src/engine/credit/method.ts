import type { ParamTable, ParamValues } from "../spec/params";
import type { Node } from "./ops";
import type { Partition } from "./partition";

/** What a method reads beyond tokens, masks, returns, rewards and groups. */
export type Need =
	| { readonly field: "logProbs" | "refLogProbs" | "entropy" | "success" | "steps" | "turns" }
	/** Values of prefixes; with `at`, those before the first token of each span are enough. */
	| { readonly field: "values"; readonly at?: Partition }
	| { readonly stepField: "reward" | "label" | "stateKeys" | "votes"; readonly of: "steps" | "turns" }
	| { readonly signal: string; readonly level: "token" | "rollout" | "turn" | "step"; readonly meaning: string };

export type Family = "baseline" | "group" | "critic" | "tree" | "segment" | "step" | "structure" | "redistribution";

/** How far the source could be checked. */
export type Verification =
	| "compared with the released code"
	| "released code read"
	| "paper read"
	| "abstract only"
	| "not verified";

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
	readonly traits: Traits;
	needs(params: ParamValues<P>): readonly Need[];
	estimate(params: ParamValues<P>): Estimate;
}

/** A method of any parameters: `estimate` is only called with what its own table describes. */
export type AnyMethod = Omit<Method, "presets" | "needs" | "estimate"> & {
	readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	needs(params: Readonly<Record<string, unknown>>): readonly Need[];
	estimate(params: Readonly<Record<string, unknown>>): Estimate;
};

/** Declares a method; its parameters get their types from the table. */
export function defineMethod<const P extends ParamTable>(method: Method<P>): AnyMethod {
	return method as unknown as AnyMethod;
}
