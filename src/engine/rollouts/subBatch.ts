import type { RolloutBatch } from "./batch";

/** Rollouts of the first groups that together show the most different prompts, at most `limit` groups, in their order. */
export function variedRollouts(batch: RolloutBatch, limit: number): number[] {
	const prompts = new Map<string, number>();
	for (let b = 0; b < batch.B; b++) {
		const prompt = batch.promptTokens.subarray(batch.promptOffsets[b], batch.promptOffsets[b + 1]).join();
		if (prompts.size < limit && !prompts.has(prompt)) prompts.set(prompt, batch.groupIds[b]!);
	}
	const groups = new Set(prompts.values());
	for (const group of batch.groupIds) if (groups.size < limit) groups.add(group);
	return [...batch.groupIds.keys()].filter((b) => groups.has(batch.groupIds[b]!));
}

/** A batch of some rollouts of another, cut to T = `width` tokens; spans, signals and branches are left out. */
export function batchOfRollouts(batch: RolloutBatch, rollouts: readonly number[], width: number): RolloutBatch {
	const perToken = <A extends Float64Array | Int32Array | Uint8Array>(values: A): A =>
		tokensOf(values, batch.T, rollouts, width);
	const prompts = rollouts.map((b) => batch.promptTokens.subarray(batch.promptOffsets[b], batch.promptOffsets[b + 1]));
	const promptOffsets = new Int32Array(rollouts.length + 1);
	for (const [i, prompt] of prompts.entries()) promptOffsets[i + 1] = promptOffsets[i]! + prompt.length;
	return {
		B: rollouts.length,
		T: width,
		tokens: perToken(batch.tokens),
		actionMask: perToken(batch.actionMask),
		rewards: perToken(batch.rewards),
		...(batch.logProbs ? { logProbs: perToken(batch.logProbs) } : {}),
		...(batch.values ? { values: perToken(batch.values) } : {}),
		...(batch.entropy ? { entropy: perToken(batch.entropy) } : {}),
		lengths: Int32Array.from(rollouts, (b) => batch.lengths[b]!),
		groupIds: Int32Array.from(rollouts, (b) => batch.groupIds[b]!),
		returns: Float64Array.from(rollouts, (b) => batch.returns[b]!),
		...(batch.success ? { success: Uint8Array.from(rollouts, (b) => batch.success![b]!) } : {}),
		truncated: Uint8Array.from(rollouts, (b) => batch.truncated[b]!),
		promptTokens: Int32Array.from(prompts.flatMap((prompt) => [...prompt])),
		promptOffsets,
		signals: {},
	};
}

/** Rows of a `[B·T]` array, cut to `width` tokens. */
export function tokensOf<A extends Float64Array | Int32Array | Uint8Array>(
	values: A,
	T: number,
	rollouts: readonly number[],
	width: number,
): A {
	const out = values.slice(0, 0).constructor as new (length: number) => A;
	const rows = new out(rollouts.length * width);
	for (const [i, b] of rollouts.entries()) rows.set(values.subarray(b * T, b * T + width), i * width);
	return rows;
}
