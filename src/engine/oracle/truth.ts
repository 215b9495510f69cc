import type { Task } from "../tasks/task";

export type OracleMode = "enumerate" | "bestfirst" | "dp" | "montecarlo" | "closed";

/** What one rollout is really worth, token by token, under the policy asked about. */
export interface Truth {
	readonly mode: OracleMode;
	readonly tokens: readonly number[];
	/** V of the prefix before each token and after the last `[T+1]`, with the interval that holds it. */
	readonly V: Float64Array;
	readonly lo: Float64Array;
	readonly hi: Float64Array;
	/** r + V' of every token that can come, by id `[T]`. At environment turns: of every reply. */
	readonly Q: readonly Readonly<Record<number, number>>[];
	/** Probability of each of them. */
	readonly probabilities: readonly Readonly<Record<number, number>>[];
	/** Q(token) − V where the policy acts, 0 at environment tokens `[T]`. */
	readonly advantage: Float64Array;
	/** r + V' − V at environment tokens, 0 elsewhere `[T]`: R − V(prompt) = Σ advantage + Σ luck. */
	readonly luck: Float64Array;
	/** 1 where the policy acted `[T]`. */
	readonly mask: Uint8Array;
	readonly cost: OracleCost;
}

export interface OracleCost {
	/** Prefixes whose next-token distribution was computed, for all responses of the prompt together. */
	readonly prefixes: number;
	/** Tokens sampled by Monte Carlo. */
	readonly sampledTokens: number;
}

/** One prefix of a rollout as a mode found it. */
export interface Found {
	readonly lo: number;
	readonly V: number;
	readonly hi: number;
	readonly next: readonly { readonly token: number; readonly probability: number; readonly q: number }[];
}

/** Puts together what a mode found along a response: entry t is the prefix before token t, the last one its end. */
export function truthOf(
	mode: OracleMode,
	task: Task,
	states: readonly unknown[],
	tokens: readonly number[],
	found: readonly Found[],
	cost: OracleCost,
): Truth {
	const T = tokens.length;
	const mask = Uint8Array.from(tokens, (_, t) => (task.env.turn(states[t]).actor === "policy" ? 1 : 0));
	const gain = tokens.map((token, t) => {
		const at = found[t] as Found;
		return (at.next.find((n) => n.token === token)?.q ?? Number.NaN) - at.V;
	});
	const column = (pick: (n: Found["next"][number]) => number) =>
		found.slice(0, T).map((f) => Object.fromEntries(f.next.map((n) => [n.token, pick(n)])));
	return {
		mode,
		tokens,
		V: Float64Array.from(found, (f) => f.V),
		lo: Float64Array.from(found, (f) => f.lo),
		hi: Float64Array.from(found, (f) => f.hi),
		Q: column((n) => n.q),
		probabilities: column((n) => n.probability),
		advantage: Float64Array.from(gain, (g, t) => (mask[t] ? g : 0)),
		luck: Float64Array.from(gain, (g, t) => (mask[t] ? 0 : g)),
		mask,
		cost,
	};
}
