import type { RolloutBatch, Signal, SpanTable } from "../rollouts/batch";

/** The batch with one more signal. */
export function withSignal(batch: RolloutBatch, name: string, signal: Signal): RolloutBatch {
	return { ...batch, signals: { ...batch.signals, [name]: signal } };
}

/** The batch with columns added to one of its span tables. */
export function withColumns(batch: RolloutBatch, of: "steps" | "turns", columns: Partial<SpanTable>): RolloutBatch {
	return { ...batch, [of]: { ...batch[of]!, ...columns } };
}
