import type { Tabulated } from "../../engine/signals/tabulated";
import type { CreditShape, SpanSource } from "./sections";

/** Spans and signals of a credit plan that looks them up on the device. */
export function shapeOfTables(tables: readonly Tabulated[]): Pick<CreditShape, "turns" | "byToken"> {
	const keys = tables.find((table) => table.gives === "stateKeys");
	const turns: SpanSource = { from: "mask", ...(keys ? { keys: keys.byState } : {}) };
	const signals = tables.filter((table) => table.gives === "signal");
	return { turns, byToken: Object.fromEntries(signals.map(({ signal, byToken }) => [signal, byToken])) };
}
