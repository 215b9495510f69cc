import type { SamplingPlan } from "./executor";

type Tree = Pick<SamplingPlan, "branching" | "segment">;

/**
 * Rollouts of a group as a tree: k branches at the prompt and after every n tokens, until each rollout walks alone. Nothing is copied:
 * rollouts that have not parted yet draw with the same keys, so they write the same tokens and get the same replies.
 *
 * Row b draws token t with the keys of row b − b mod G/k^(l+1), l = ⌊t/n⌋: the first of the rows that it still walks with.
 * Without a tree (k = 1) every row draws with its own. G must be a power of k.
 */
export function treeOwner({ branching = 1, segment = 1 }: Tree, groupSize: number, b: number, t: number): number {
	if (branching <= 1) return b;
	let together = groupSize;
	for (let level = Math.floor(t / segment); level >= 0 && together > 1; level--) together /= branching;
	return b - (b % together);
}

/** Parent of each rollout of a tree and the number of leading tokens it shares with it; nothing without a tree. */
export function treeOrigins(tree: Tree, groupSize: number, B: number) {
	const { branching = 1, segment = 1 } = tree;
	if (branching <= 1) return {};
	const parent = new Int32Array(B).fill(-1);
	const branchAt = new Int32Array(B);
	for (let b = 0; b < B; b++) {
		let level = 0;
		while (treeOwner(tree, groupSize, b, level * segment) !== b) level++;
		if (level === 0) continue;
		parent[b] = treeOwner(tree, groupSize, b, (level - 1) * segment);
		branchAt[b] = level * segment;
	}
	return { parent, branchAt };
}

/** `sampledTokens` of each of `groups` groups of one size, whose rows lie one after another in `mask`. */
export function groupTokens(tree: Tree, groups: number, T: number, mask: Uint8Array): Float64Array {
	const width = mask.length / groups;
	return Float64Array.from({ length: groups }, (_, g) =>
		sampledTokens(tree, width / T, T, mask.subarray(g * width, (g + 1) * width)),
	);
}

/** Policy tokens that were sampled: those that rollouts of a tree write together count once. */
export function sampledTokens(tree: Tree, groupSize: number, T: number, mask: ArrayLike<number>): number {
	let count = 0;
	for (let i = 0; i < mask.length; i++)
		if (mask[i] && treeOwner(tree, groupSize, Math.floor(i / T), i % T) === Math.floor(i / T)) count++;
	return count;
}
