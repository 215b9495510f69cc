import type { RolloutBatch } from "../rollouts/batch";

/**
 * Shannon entropy of how often each strategy was used, nats: −Σ p log p with p = count / Σ counts. No use at all gives 0.
 *
 * **Source** "Emergent Hierarchical Reasoning in LLMs through Reinforcement Learning", 2025, https://arxiv.org/abs/2509.03646.
 */
export function semanticEntropy(counts: readonly number[]): number {
	const total = counts.reduce((a, b) => a + b, 0);
	return counts.reduce((h, n) => (n > 0 ? h - (n / total) * Math.log(n / total) : h), 0);
}

type Rollouts = Pick<RolloutBatch, "T" | "tokens" | "lengths" | "groupIds">;

/** How often each strategy was used, by group: rollouts with the same chosen tokens in the same order follow one strategy. */
export function strategyCounts(
	{ T, tokens, lengths, groupIds }: Rollouts,
	chosen: (i: number) => boolean,
): ReadonlyMap<number, readonly number[]> {
	const counts = new Map<number, Map<string, number>>();
	for (const [b, group] of groupIds.entries()) {
		const plan: number[] = [];
		for (let i = b * T; i < b * T + lengths[b]!; i++) if (chosen(i)) plan.push(tokens[i]!);
		const own = counts.get(group) ?? new Map<string, number>();
		own.set(plan.join(" "), (own.get(plan.join(" ")) ?? 0) + 1);
		counts.set(group, own);
	}
	return new Map([...counts].map(([group, own]) => [group, [...own.values()]]));
}

/**
 * Mean semantic entropy of the groups of a batch, nats. A strategy is the order of the policy's planning tokens, where the vocabulary names
 * some (`kinds` "plan"), else the whole of what the policy wrote.
 */
export function meanSemanticEntropy(
	batch: Rollouts & Pick<RolloutBatch, "actionMask">,
	kinds: readonly string[] = [],
): number {
	const planned = kinds.includes("plan");
	const chosen = (i: number) => batch.actionMask[i] === 1 && (!planned || kinds[batch.tokens[i]!] === "plan");
	const groups = [...strategyCounts(batch, chosen).values()];
	return groups.reduce((sum, counts) => sum + semanticEntropy(counts), 0) / groups.length;
}
