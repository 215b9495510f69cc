/**
 * Shannon entropy of how often each strategy was used, nats: −Σ p log p with p = count / Σ counts. No use at all gives 0.
 *
 * **Source** "Emergent Hierarchical Reasoning in LLMs through Reinforcement Learning", 2025, https://arxiv.org/abs/2509.03646.
 */
export function semanticEntropy(counts: readonly number[]): number {
	const total = counts.reduce((a, b) => a + b, 0);
	return counts.reduce((h, n) => (n > 0 ? h - (n / total) * Math.log(n / total) : h), 0);
}
