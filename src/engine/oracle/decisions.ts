import type { Truth } from "./truth";

/** How the return of a group's rollouts was decided. */
export interface DecisionMeasures {
	/** Share of the policy's tokens with |A| ≥ τ·range. */
	readonly pivotalShare: number;
	/** Density: share of visited states with √(Σ π A²) ≥ τ·range. */
	readonly decisionShare: number;
	/** Breadth: smallest share of the policy's tokens that holds 80 % of Σ A². NaN where all advantages are 0. */
	readonly varianceShare: number;
	/** Mean distance in tokens from a pivotal token to the end of its rollout. NaN without one. */
	readonly pivotDistance: number;
}

/** Whether |A| of each token reaches τ of the range of returns `[T]`. */
export function pivotalTokens({ advantage, mask }: Truth, range: number, tau = 0.1): Uint8Array {
	return Uint8Array.from(advantage, (a, t) => (mask[t] && Math.abs(a) >= tau * range ? 1 : 0));
}

/** Spread of the advantage in the state before each token, σ_A = √(Σ_a π(a)·A(a)²) `[T]`; 0 at environment tokens. */
function advantageSpread({ Q, V, probabilities, mask }: Truth): Float64Array {
	return Float64Array.from(Q, (q, t) => {
		if (!mask[t]) return 0;
		const terms = Object.entries(q).map(([token, value]) => probabilities[t]![Number(token)]! * (value - V[t]!) ** 2);
		return Math.sqrt(terms.reduce((a, x) => a + x, 0));
	});
}

/** The measures over rollouts together. @param range largest minus smallest return. */
export function decisionMeasures(truths: readonly Truth[], range: number, tau = 0.1): DecisionMeasures {
	const squares: number[] = [];
	const distances: number[] = [];
	let decisions = 0;
	for (const truth of truths) {
		const pivotal = pivotalTokens(truth, range, tau);
		const spread = advantageSpread(truth);
		truth.tokens.forEach((_, t) => {
			if (!truth.mask[t]) return;
			squares.push(truth.advantage[t]! ** 2);
			if (pivotal[t]) distances.push(truth.tokens.length - t);
			if (spread[t]! >= tau * range) decisions += 1;
		});
	}
	return {
		pivotalShare: distances.length / squares.length,
		decisionShare: decisions / squares.length,
		varianceShare: holding(squares, 0.8) / squares.length,
		pivotDistance: distances.reduce((a, d) => a + d, 0) / distances.length,
	};
}

/** How many of the largest entries hold `share` of the sum. */
function holding(entries: readonly number[], share: number): number {
	const total = entries.reduce((a, x) => a + x, 0);
	if (!(total > 0)) return Number.NaN;
	const sorted = [...entries].sort((a, b) => b - a);
	let held = 0;
	let count = 0;
	while (held < share * total && count < sorted.length) held += sorted[count++]!;
	return count;
}
