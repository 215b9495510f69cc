import { drawWord, type Key4, unitInterval } from "../core/rng";
import type { SamplingPlan } from "../training/executor";

/** A drawn token with what it was drawn from. */
export interface Draw {
	token: number;
	/** log p under the distribution sampled from, after temperature, legal tokens, top-k and top-p; nats. */
	logProb: number;
	/** Entropy of that distribution, nats. */
	entropy: number;
}

/** Standard Gumbel noise of (key, position, index): −log(−log u). */
export function gumbel(key: Key4, position: number, index: number): number {
	return -Math.log(-Math.log(unitInterval(drawWord(key, position, index))));
}

/**
 * Draws tokens by Gumbel-max: argmax_v z_v + g_v over the kept tokens, z = logits / temperature, the lower id on a tie. Kept are the
 * legal tokens, of these the k most likely, of these the smallest set whose renormalised probability reaches p.
 *
 * **Source** Maddison, Tarlow & Minka 2014, "A* Sampling", https://arxiv.org/abs/1411.0030, section 2.
 */
export class TokenSampler {
	private readonly z: Float64Array;
	private readonly order: number[] = [];

	constructor(
		private readonly V: number,
		private readonly plan: SamplingPlan,
	) {
		this.z = new Float64Array(V);
	}

	/**
	 * @param legal a table of weights, positive where legal. @param legalAt start of the state's row in it.
	 * @param position that the token will take, counted from the start of the prompt.
	 */
	draw(logits: Float64Array, legal: Float32Array, legalAt: number, key: Key4, position: number, out: Draw): void {
		const { z, V } = this;
		for (let v = 0; v < V; v++)
			z[v] = legal[legalAt + v]! > 0 ? logits[v]! / this.plan.temperature : Number.NEGATIVE_INFINITY;
		if (this.plan.topK > 0 || this.plan.topP < 1) this.truncate();
		const partition = logSumExp(z);
		let best = Number.NEGATIVE_INFINITY;
		out.entropy = 0;
		out.token = -1;
		for (let v = 0; v < V; v++) {
			if (z[v] === Number.NEGATIVE_INFINITY) continue;
			const logP = z[v]! - partition;
			out.entropy -= Math.exp(logP) * logP;
			const noisy = z[v]! + gumbel(key, position, v);
			// NaN logits still give a legal token; its NaN log-probability stops the run where it is read.
			if (!(noisy > best) && out.token >= 0) continue;
			best = noisy;
			out.token = v;
			out.logProb = logP;
		}
	}

	private truncate(): void {
		const { z, order } = this;
		order.length = 0;
		for (let v = 0; v < z.length; v++) if (z[v] !== Number.NEGATIVE_INFINITY) order.push(v);
		order.sort((a, b) => z[b]! - z[a]! || a - b);
		const { topK, topP } = this.plan;
		for (const v of order.splice(topK > 0 ? topK : order.length)) z[v] = Number.NEGATIVE_INFINITY;
		const partition = logSumExp(z);
		let reached = 0;
		for (const v of order) {
			if (reached >= topP) z[v] = Number.NEGATIVE_INFINITY;
			else reached += Math.exp(z[v]! - partition);
		}
	}
}

/** Draws an environment's reply: argmax_v log w_v + g_v over the replies with positive weight. */
export function drawReply(weights: Float32Array, at: number, V: number, key: Key4, position: number): number {
	let best = Number.NEGATIVE_INFINITY;
	let token = -1;
	for (let v = 0; v < V; v++) {
		if (!(weights[at + v]! > 0)) continue;
		const noisy = Math.log(weights[at + v]!) + gumbel(key, position, v);
		if (noisy > best || token < 0) {
			best = noisy;
			token = v;
		}
	}
	return token;
}

function logSumExp(z: Float64Array): number {
	let top = Number.NEGATIVE_INFINITY;
	for (const value of z) if (value > top) top = value;
	let total = 0;
	for (const value of z) total += Math.exp(value - top);
	return top + Math.log(total);
}
