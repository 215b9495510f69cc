import type { RolloutBatch, SpanTable } from "../rollouts/batch";
import type { CpuOps } from "./cpuOps";
import type { Node, RolloutInput, SpanInput, TokenInput } from "./ops";

/** Numbers of a named input; NaN where the batch does not know them. */
export function inputOf(ops: CpuOps, node: Node, name: string): Float64Array {
	if (node.level === "token") return TOKEN[name as TokenInput](ops.batch);
	if (node.level === "rollout") return ROLLOUT[name as RolloutInput](ops.batch);
	return spanInputOf(ops, node, name as SpanInput);
}

const unknown = (n: number) => new Float64Array(n).fill(Number.NaN);
const tokenOr = (data: Float64Array | undefined, { B, T }: RolloutBatch) => data ?? unknown(B * T);

const TOKEN: Readonly<Record<TokenInput, (batch: RolloutBatch) => Float64Array>> = {
	rewards: actionRewards,
	logProbs: (batch) => tokenOr(batch.logProbs, batch),
	refLogProbs: (batch) => tokenOr(batch.refLogProbs, batch),
	values: (batch) => tokenOr(batch.values, batch),
	entropy: (batch) => tokenOr(batch.entropy, batch),
	position: positions,
	gapAfter: gaps,
};

const ROLLOUT: Readonly<Record<RolloutInput, (batch: RolloutBatch) => Float64Array>> = {
	returns: (batch) => batch.returns,
	success: (batch) => (batch.success ? Float64Array.from(batch.success) : unknown(batch.B)),
	truncated: (batch) => Float64Array.from(batch.truncated),
	bootstrap: (batch) => batch.bootstrap ?? unknown(batch.B),
	length: (batch) => Float64Array.from(batch.lengths),
	policyLength: ({ B, T, actionMask }) =>
		Float64Array.from({ length: B }, (_, b) => actionMask.subarray(b * T, (b + 1) * T).reduce((n, m) => n + m, 0)),
};

/** Rewards of the policy's tokens: what is paid after an environment token belongs to the last policy token before it. */
function actionRewards({ B, T, rewards, actionMask, lengths }: RolloutBatch): Float64Array {
	const out = new Float64Array(B * T);
	for (let b = 0; b < B; b++) {
		let carry = 0;
		for (let t = lengths[b]! - 1; t >= 0; t--) {
			carry += rewards[b * T + t]!;
			if (!actionMask[b * T + t]) continue;
			out[b * T + t] = carry;
			carry = 0;
		}
	}
	return out;
}

function positions({ B, T, actionMask }: RolloutBatch): Float64Array {
	const out = new Float64Array(B * T);
	for (let b = 0; b < B; b++) for (let t = 0, n = 0; t < T; t++) if (actionMask[b * T + t]) out[b * T + t] = n++;
	return out;
}

/** 1 for policy tokens that an environment token follows. */
function gaps({ B, T, actionMask, lengths }: RolloutBatch): Float64Array {
	return Float64Array.from({ length: B * T }, (_, i) => {
		const t = i % T;
		return actionMask[i] && t + 1 < lengths[Math.floor(i / T)]! && !actionMask[i + 1] ? 1 : 0;
	});
}

function spanInputOf(ops: CpuOps, node: Node, name: SpanInput): Float64Array {
	const partition = node.partition!;
	const spans = ops.spans(partition);
	const table = partition.kind === "turns" ? ops.batch.turns : partition.kind === "steps" ? ops.batch.steps : undefined;
	const row = (of: (s: number) => number) => Float64Array.from({ length: spans.count }, (_, s) => of(s));
	const column = (data: SpanTable["reward"]) => row((s) => data?.[spans.source[s]!] ?? Number.NaN);
	switch (name) {
		case "index":
			return row((s) => s - spans.offsets[spans.rollout[s]!]!);
		case "start":
			return row((s) => spans.start[s]!);
		case "reward":
			return column(table?.reward);
		case "label":
			return column(table?.label);
		case "duration":
			return column(table?.duration);
	}
}

/** Numbers of a named signal; span signals are given for every row of the span table. */
export function signalOf(ops: CpuOps, node: Node, name: string): Float64Array {
	const signal = ops.batch.signals[name];
	if (!signal) return unknown(ops.domain(node).count);
	if (node.level !== "span") return signal.data;
	const { source } = ops.spans(node.partition!);
	return Float64Array.from(source, (s) => signal.data[s] ?? Number.NaN);
}
