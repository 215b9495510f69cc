import type { CreditResult } from "../rollouts/batch";

/** Whose credit it is: the method, its full parameters, the writers of rewards before it. */
export type Maker = Pick<CreditResult, "method" | "params" | "rewards">;

/** The maker as results, traces and files name it; `rewards` is left out where no writers of rewards stood before the method. */
export function madeBy(method: string, params: Maker["params"], rewards: Maker["rewards"]): Maker {
	return { method, params, ...(rewards ? { rewards } : {}) };
}
