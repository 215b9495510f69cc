/** Attention of one head over a response: row t holds the weights of token t on tokens 0 … N−1, none on later ones `[N·N]`. */
export type AttentionMap = ArrayLike<number>;

/** Mean distance that a head looks back: mean over rows t ≥ first of Σ_s w[t,s]·(t − s), tokens; 0 without such a row. */
export function meanDistance(map: AttentionMap, N: number, first = 0): number {
	let sum = 0;
	for (let t = first; t < N; t++) for (let s = 0; s <= t; s++) sum += map[t * N + s]! * (t - s);
	return N <= first ? 0 : sum / (N - first);
}

/**
 * Heads that look near and heads that look far: the lowest and the highest share of mean distances.
 *
 * ⌊share·n + ½⌋ heads each, at least one; equal distances go to the head with the smaller index first.
 */
export function splitHeads(distances: readonly number[], share: number): { local: number[]; global: number[] } {
	const count = chosenHeads(distances.length, share);
	const order = [...distances.keys()].sort((a, b) => distances[a]! - distances[b]! || a - b);
	const far = [...distances.keys()].sort((a, b) => distances[b]! - distances[a]! || a - b);
	return { local: order.slice(0, count), global: far.slice(0, count) };
}

/** Local heads, and global heads, among so many. */
export function chosenHeads(heads: number, share: number): number {
	return Math.min(heads, Math.max(1, Math.floor(share * heads + 0.5)));
}

/** Layers that are read: all, or the middle third, rounded outwards. */
export function chosenLayers(layers: number, which: "all" | "middle"): number[] {
	const all = Array.from({ length: layers }, (_, l) => l);
	const first = Math.floor(layers / 3);
	return which === "all" ? all : all.slice(first, Math.max(first + 1, Math.ceil((2 * layers) / 3)));
}

/** How attention is reduced to two numbers a token. */
export interface FlowReading {
	/** W of WAAD, horizon of FAI, tokens. */
	readonly window: number;
	readonly from: number;
	readonly to: number;
	/** Share of heads that are local, and global. */
	readonly share: number;
	readonly layers: "all" | "middle";
	/** Whether looking at the prompt counts. */
	readonly keys: "all" | "response";
}

/** Mean of some heads' maps `[N·N]`. */
export function meanMap(maps: readonly AttentionMap[], heads: readonly number[], N: number): Float64Array {
	const out = new Float64Array(N * N);
	for (const head of heads) for (let i = 0; i < N * N; i++) out[i]! += maps[head]![i]! / heads.length;
	return out;
}

/**
 * Windowed average attention distance: WAAD_t = Σ_{s≤t} w[t,s]·min(t − s, W), tokens. Small inside a chunk, large where a token
 * looks far back to plan the next one.
 *
 * **Source** "Attention Illuminates LLM Reasoning", 2025, https://arxiv.org/abs/2510.13554; W = 10 there.
 */
export function waad(local: AttentionMap, N: number, window: number): Float64Array {
	const out = new Float64Array(N);
	for (let t = 0; t < N; t++) for (let s = 0; s <= t; s++) out[t]! += local[t * N + s]! * Math.min(t - s, window);
	return out;
}

/**
 * Future attention influence: FAI_s = mean of w[t,s] over the later tokens t with s + from ≤ t ≤ s + to; 0 where there is none.
 *
 * **Source** as `waad`; horizon 10 to 50 in the first version of the paper, 10 to 100 in the second.
 */
export function fai(global: AttentionMap, N: number, from: number, to: number): Float64Array {
	const out = new Float64Array(N);
	for (let s = 0; s < N; s++) {
		const last = Math.min(N - 1, s + to);
		for (let t = s + from; t <= last; t++) out[s]! += global[t * N + s]! / (last - s - from + 1);
	}
	return out;
}
