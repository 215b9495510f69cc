import type { CreditResult } from "../rollouts/batch";

/** Whose credit it is: the method, its full parameters, the writers of rewards before it. */
export type Maker = Pick<CreditResult, "method" | "params" | "rewards">;

/** As results, traces and files say it: no field where there were no writers of rewards. */
export function madeBy(method: string, params: Maker["params"], rewards: Maker["rewards"]): Maker {
	return { method, params, ...(rewards ? { rewards } : {}) };
}
