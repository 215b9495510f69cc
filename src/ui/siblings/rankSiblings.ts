import type { RolloutBatch } from "../../engine/rollouts/batch";
import type { Span } from "./parts";
import { sharedTokens } from "./sideBySide";

export interface Sibling {
	readonly rollout: number;
	/** Tokens that it begins with as the rollout under study does. */
	readonly shared: number;
}

/**
 * The other rollouts of a group, those first beside which a rollout is worth reading: they read the same up to the part under study
 * and part from it there, then those that part later; among them those with another return, then those that go along longest.
 * @param at the part under study; what the rollouts do there is compared.
 */
export function rankSiblings(
	batch: RolloutBatch,
	members: readonly number[],
	rollout: number,
	at: Span | null,
): Sibling[] {
	const own = batch.returns[rollout];
	const length = batch.lengths[rollout] as number;
	const keyOf = ({ rollout: b, shared }: Sibling): number[] => {
		const equal = shared === length && shared === batch.lengths[b];
		const parts = !at || shared < at.from ? 0 : shared < at.to ? 2 : 1;
		return [equal ? 0 : 1, parts, batch.returns[b] === own ? 0 : 1, shared, -b];
	};
	return members
		.filter((b) => b !== rollout)
		.map((b) => ({ rollout: b, shared: sharedTokens(batch, rollout, b) }))
		.map((sibling) => ({ sibling, key: keyOf(sibling) }))
		.sort((a, b) => compareKeys(b.key, a.key))
		.map(({ sibling }) => sibling);
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
	const at = a.findIndex((x, k) => x !== b[k]);
	return at < 0 ? 0 : (a[at] as number) - (b[at] as number);
}
