import type { RolloutBatch, SpanTable } from "../rollouts/batch";
import type { Partition, Spans } from "./partition";

/** The spans of a partition on a batch; spans without a policy token are left out. */
export function spansOf(batch: RolloutBatch, partition: Partition): Spans {
	const rows: Row[] = [];
	for (let b = 0; b < batch.B; b++) for (const row of rowsOf(batch, partition, b)) rows.push(row);
	return pack(batch, rows);
}

interface Row {
	readonly rollout: number;
	readonly start: number;
	readonly end: number;
	readonly source: number;
}

function rowsOf(batch: RolloutBatch, partition: Partition, b: number): Row[] {
	if (partition.kind === "steps" || partition.kind === "turns") return tableRows(batch[partition.kind], b);
	const policy = policyTokens(batch, b);
	const starts = startsOf(batch, partition, b, policy);
	return starts.map((from, i) => {
		const last = (starts[i + 1] ?? policy.length) - 1;
		return { rollout: b, start: policy[from]!, end: policy[last]! + 1, source: -1 };
	});
}

function tableRows(table: SpanTable | undefined, b: number): Row[] {
	if (!table) return [];
	const rows: Row[] = [];
	for (let s = table.offsets[b]!; s < table.offsets[b + 1]!; s++)
		if (table.actor[s] === 1) rows.push({ rollout: b, start: table.start[s]!, end: table.end[s]!, source: s });
	return rows;
}

/** Positions of the policy's tokens in rollout b. */
function policyTokens({ T, actionMask, lengths }: RolloutBatch, b: number): number[] {
	const out: number[] = [];
	for (let t = 0; t < lengths[b]!; t++) if (actionMask[b * T + t]) out.push(t);
	return out;
}

/** First tokens of the spans, counted among the policy's tokens. */
function startsOf(
	batch: RolloutBatch,
	partition: Exclude<Partition, { kind: "steps" | "turns" }>,
	b: number,
	policy: number[],
): number[] {
	const n = policy.length;
	if (n === 0) return [];
	if (partition.kind === "fixed") {
		const body = partition.lastAlone ? n - 1 : n;
		const spans = Math.ceil(body / partition.length);
		const count = partition.levels > 0 ? Math.min(spans, partition.levels) : spans;
		const starts = Array.from({ length: count }, (_, i) => i * partition.length);
		return partition.lastAlone ? [...starts, n - 1] : starts;
	}
	const at = (data: ArrayLike<number> | undefined, i: number) => data?.[b * batch.T + policy[i]!] ?? Number.NaN;
	const all = Array.from({ length: n }, (_, i) => i);
	if (partition.kind === "marks") {
		const data = batch.signals[partition.signal]?.data;
		const alone = partition.lastAlone ? n - 1 : 0;
		return all.filter((i) => i === 0 || i === alone || at(data, i) !== 0);
	}
	const logThreshold = Math.log(partition.threshold);
	const uncertain = all.filter((i) => at(batch.logProbs, i) < logThreshold);
	const cuts = uncertain.filter((_, i) => i % partition.interval === 0);
	return cuts[0] === 0 ? cuts : [0, ...cuts];
}

function pack(batch: RolloutBatch, rows: readonly Row[]): Spans {
	const ofToken = new Int32Array(batch.B * batch.T).fill(-1);
	const kept = rows.filter((row) => claim(batch, row, ofToken));
	kept.forEach((row, s) => {
		for (let i = row.rollout * batch.T + row.start; i < row.rollout * batch.T + row.end; i++)
			if (ofToken[i] === CLAIMED) ofToken[i] = s;
	});
	const offsets = new Int32Array(batch.B + 1);
	for (const { rollout } of kept) offsets[rollout + 1]! += 1;
	for (let b = 0; b < batch.B; b++) offsets[b + 1]! += offsets[b]!;
	const column = (name: keyof Row) => Int32Array.from(kept, (row) => row[name]);
	const [rollout, start, end, source] = [column("rollout"), column("start"), column("end"), column("source")];
	return { count: kept.length, offsets, rollout, start, end, source, ofToken };
}

const CLAIMED = -2;

/** Marks the policy tokens of a span that no earlier span has; false if there are none. */
function claim({ T, actionMask }: RolloutBatch, { rollout, start, end }: Row, ofToken: Int32Array): boolean {
	let some = false;
	for (let i = rollout * T + start; i < rollout * T + end; i++)
		if (actionMask[i] && ofToken[i] === -1) {
			ofToken[i] = CLAIMED;
			some = true;
		}
	return some;
}
