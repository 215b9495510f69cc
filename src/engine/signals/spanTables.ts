import type { SpanTable } from "../rollouts/batch";

/** Half-open range of tokens, and whether the policy wrote it. */
export interface SpanRow {
	readonly start: number;
	readonly end: number;
	readonly policy: boolean;
}

/** A span table from the spans of each rollout, in order. */
export function tableOf(rows: readonly (readonly SpanRow[])[]): SpanTable {
	const all = rows.flat();
	const offsets = new Int32Array(rows.length + 1);
	for (const [b, row] of rows.entries()) offsets[b + 1] = offsets[b]! + row.length;
	return {
		offsets,
		start: Int32Array.from(all, ({ start }) => start),
		end: Int32Array.from(all, ({ end }) => end),
		actor: Uint8Array.from(all, ({ policy }) => (policy ? 1 : 0)),
	};
}

/** One entry for each span, from its rollout and row. */
export function spanColumn<V>(table: SpanTable, of: (b: number, s: number) => V): V[] {
	const out: V[] = [];
	for (let b = 0; b + 1 < table.offsets.length; b++)
		for (let s = table.offsets[b]!; s < table.offsets[b + 1]!; s++) out.push(of(b, s));
	return out;
}
