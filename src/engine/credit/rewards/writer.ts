import type { ParamTable, ParamValues } from "../../spec/params";
import type { MeasuredGradient, Need, Source } from "../method";
import type { Node } from "../ops";

/** The plain reader of rewards that a writer is measured before: by itself its mean gradient is the exact one. */
export const READER = { id: "reinforce", params: { center: "none" } } as const;

/** What tokens are paid, and what rollouts are paid in all. */
export interface Paid {
	readonly rewards: Node<"token">;
	readonly returns: Node<"rollout">;
}

/** What a writer pays. */
export interface Written {
	readonly rewards: Node<"token">;
	/**
	 * Their sum over each rollout, in a form that gives rollouts of equal sum the same bits: a group is compared in the last digit.
	 * Absent: the sum as it comes.
	 */
	readonly sum?: Node<"rollout">;
}

/**
 * A step before the method: it pays tokens something else than the environment did. Typed arrays in, typed arrays out, as methods; a graph of
 * the same primitives, so that every interpreter runs it.
 */
export interface RewardWriter<P extends ParamTable = ParamTable> {
	readonly id: string;
	readonly title: string;
	/** One sentence for a student. */
	readonly summary: string;
	readonly source: Source;
	readonly params: P;
	/** Whether what it pays is added to the rewards before it, or takes their place. */
	readonly kind: "adds" | "replaces";
	/** What it pays cancels out over the tokens, at a discount per token alone. */
	readonly cancelsByToken?: true;
	/**
	 * What is known of the gradient of `READER` behind it, as of a method's. Potentials and forecasts are exact, all else is fitted to the
	 * batch; the reference policy is another one. First that of the defaults.
	 */
	readonly gradients: readonly [MeasuredGradient, ...MeasuredGradient[]];
	/** What it reads beyond tokens, masks, returns, rewards and groups. */
	needs(params: ParamValues<P>): readonly Need[];
	/** @param discount that of the method, 1 where it has none. @returns null where these parameters leave all as it was. */
	write(params: ParamValues<P>, paid: Paid, discount: number): Written | null;
}

/** A writer of any parameters: `write` is only called with what its own table describes. */
export type AnyWriter = Omit<RewardWriter, "needs" | "write"> & {
	needs(params: Readonly<Record<string, unknown>>): readonly Need[];
	write(params: Readonly<Record<string, unknown>>, paid: Paid, discount: number): Written | null;
};

/** Declares a writer; its parameters get their types from the table. */
export function defineWriter<const P extends ParamTable>(writer: RewardWriter<P>): AnyWriter {
	return writer as unknown as AnyWriter;
}
