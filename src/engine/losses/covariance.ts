import type { SurrogateConfig, SurrogateInput } from "./surrogate";

/**
 * 1 for tokens whose (A − Ā)·(log p − mean log p) is among the largest: they drive the entropy down.
 *
 * `clip`: among tokens that the ratio clip leaves alone and whose covariance lies strictly inside the band, ⌊share·n⌋ (at least one);
 * the released code draws them at random, here the largest are taken, earlier first. `kl`: the ⌊share·n⌋ largest of all.
 * **Source** Cui et al. 2025, "The Entropy Mechanism of Reinforcement Learning for Reasoning Language Models",
 * https://arxiv.org/abs/2505.22617.
 */
export function covariant(config: SurrogateConfig, input: SurrogateInput): Uint8Array {
	const out = new Uint8Array(input.rows.length);
	if (config.covariance === "none" || out.length === 0) return out;
	const { advantage, logProbs } = input;
	const [meanA, meanLp] = [mean(advantage), mean(logProbs)];
	const covariance = advantage.map((a, i) => (a - meanA) * (logProbs[i]! - meanLp));
	const candidates = [...covariance.keys()].filter(
		(i) => config.covariance === "kl" || eligible(config, input, covariance, i),
	);
	candidates.sort((i, j) => covariance[j]! - covariance[i]! || i - j);
	const count = Math.max(1, Math.floor(config.covarianceShare * out.length));
	for (const i of candidates.slice(0, count)) out[i] = 1;
	return out;
}

function eligible(config: SurrogateConfig, input: SurrogateInput, covariance: Float64Array, i: number): boolean {
	const ratio = Math.exp(input.logProbs[i]! - input.oldLogProbs[i]!);
	const a = input.advantage[i]!;
	const bounded = Math.min(1 + config.clipHigh, Math.max(1 - config.clipLow, ratio));
	const clippedAlready = -a * bounded > -a * ratio;
	return !clippedAlready && covariance[i]! > config.covarianceLow && covariance[i]! < config.covarianceHigh;
}

function mean(x: Float64Array): number {
	return x.reduce((a, b) => a + b, 0) / x.length;
}
