/** Tokens whose probability is asked for, and the rule by which logits become a distribution: the sampler's own. */
export interface ScoredTokens {
	/** n: how many entries of the arrays count. */
	readonly count: number;
	/** Row of the logits that predicts token i `[n]`. */
	readonly rows: Int32Array;
	/** The token itself `[n]`. */
	readonly targets: Int32Array;
	/** Legal tokens as a table `[S·V]`, positive where legal (`Machine.weight`), and the row of each token `[n]`; null: all legal. */
	readonly legal: { readonly table: Float32Array; readonly states: Uint32Array } | null;
	readonly temperature: number;
}

/**
 * log p and entropy of tokens under softmax(logits / temperature) over the legal tokens.
 *
 * log p(v) = z_v − log Σ_legal exp z, z = logits / temperature; H = −Σ p log p.
 * **Shapes** logits [rows, V]; logProbs, entropy [n], nats. **Edges** an illegal target has −Infinity; a state without legal
 * tokens gives NaN. Top-k and top-p are the sampler's business and do not enter here.
 */
export function tokenLogProbs(
	logProbs: Float64Array,
	entropy: Float64Array,
	logits: Float64Array,
	V: number,
	tokens: ScoredTokens,
): void {
	const p = new Float64Array(V);
	for (let i = 0; i < tokens.count; i++) {
		entropy[i] = logSoftmaxRow(p, logits, V, tokens, i);
		logProbs[i] = p[tokens.targets[i]!]!;
	}
}

/**
 * Gradient of a loss in the logits, accumulated, from its gradients in log p and (optionally) in the entropy:
 * dz_v = dlogp · (1[v = target] − p_v) − dH · p_v (log p_v + H), dlogits = dz / temperature.
 */
export function tokenLogProbsBackward(
	dlogits: Float64Array,
	logits: Float64Array,
	V: number,
	tokens: ScoredTokens,
	dlogProbs: Float64Array,
	dentropy: Float64Array | null,
): void {
	const logP = new Float64Array(V);
	for (let i = 0; i < tokens.count; i++) {
		const dlogp = dlogProbs[i]!;
		const dH = dentropy ? dentropy[i]! : 0;
		if (dlogp === 0 && dH === 0) continue;
		const H = logSoftmaxRow(logP, logits, V, tokens, i);
		const at = tokens.rows[i]! * V;
		for (let v = 0; v < V; v++) {
			if (logP[v] === -Infinity) continue;
			const p = Math.exp(logP[v]!);
			const hit = v === tokens.targets[i] ? 1 : 0;
			dlogits[at + v]! += (dlogp * (hit - p) - dH * p * (logP[v]! + H)) / tokens.temperature;
		}
	}
}

/** Writes log-probabilities of all V tokens (−Infinity where illegal) and returns the entropy. */
function logSoftmaxRow(logP: Float64Array, logits: Float64Array, V: number, tokens: ScoredTokens, i: number): number {
	const at = tokens.rows[i]! * V;
	const legal = tokens.legal;
	const legalAt = legal ? legal.states[i]! * V : 0;
	let top = -Infinity;
	for (let v = 0; v < V; v++) {
		const z = legal && !(legal.table[legalAt + v]! > 0) ? -Infinity : logits[at + v]! / tokens.temperature;
		logP[v] = z;
		if (z > top) top = z;
	}
	let total = 0;
	for (let v = 0; v < V; v++) total += Math.exp(logP[v]! - top);
	const partition = top + Math.log(total);
	let entropy = 0;
	for (let v = 0; v < V; v++) {
		logP[v]! -= partition;
		if (logP[v] !== -Infinity) entropy -= Math.exp(logP[v]!) * logP[v]!;
	}
	return entropy;
}

/** Of one sequence: log p of each token after the first `[T−1]`, and the entropy after each prefix `[T]`, all tokens legal, temperature 1. */
export function tokenDistribution(logits: ArrayLike<number>, V: number, tokens: Int32Array) {
	const T = tokens.length;
	const logProbs = new Float64Array(T);
	const entropy = new Float64Array(T);
	// The row after the last token predicts nothing: it is scored for its entropy, with any target.
	const scored = {
		count: T,
		rows: Int32Array.from(tokens.keys()),
		targets: new Int32Array(T),
		temperature: 1,
		legal: null,
	};
	scored.targets.set(tokens.subarray(1));
	tokenLogProbs(logProbs, entropy, Float64Array.from(logits), V, scored);
	return { logProbs: logProbs.subarray(0, T - 1), entropy };
}
