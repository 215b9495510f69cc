import { findEntry } from "../spec/resolveSpec";
import type { Creditor, RewardChoice } from "./method";
import { METHODS } from "./registry";
import { withRewards } from "./rewards/compose";

/** A method by name, with its parameters and what is paid before it. */
export interface MethodChoice {
	readonly id: string;
	readonly params: Readonly<Record<string, unknown>>;
	/** Writers of rewards, in order. */
	readonly rewards?: readonly RewardChoice[];
}

/** What gives the credit of a choice. @throws InvalidInput for unknown names, and as `withRewards`. */
export function creditorOf({ id, rewards = [] }: Omit<MethodChoice, "params">): Creditor {
	return withRewards(findEntry(METHODS, id, "method"), rewards);
}
