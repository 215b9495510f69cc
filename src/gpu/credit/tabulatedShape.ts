import type { Node } from "../../engine/credit/ops";
import type { Tabulated } from "../../engine/signals/tabulated";
import type { CreditShape, SpanSource } from "./sections";

type Of<G extends Tabulated["gives"]> = Extract<Tabulated, { gives: G }>;

/** Spans and signals of a credit plan that makes them on the device. */
export function shapeOfTables(
	tables: readonly Tabulated[],
): Pick<CreditShape, "turns" | "steps" | "byToken" | "expressions"> {
	const all = <G extends Tabulated["gives"]>(gives: G) =>
		tables.filter((table): table is Of<G> => table.gives === gives);
	const keysOf = (of: "turns" | "steps") => {
		const found = all("stateKeys").find((table) => table.of === of);
		return found ? { keys: found.byState } : {};
	};
	const [cuts, judged] = [all("cuts")[0], all("judged")[0]];
	const said = Object.fromEntries(all("verdict").map((verdict) => [verdict.column, verdict.said]));
	const steps: SpanSource | undefined = cuts
		? { from: "partition", partition: cuts.partition, ...keysOf("steps") }
		: judged && { from: "judge", judge: judged.judge, said, ...keysOf("steps") };
	return {
		turns: { from: "mask", ...keysOf("turns") },
		...(steps ? { steps } : {}),
		byToken: Object.fromEntries(all("signal").map(({ signal, byToken }) => [signal, byToken])),
		expressions: Object.fromEntries(all("expression").map(({ signal, node }): [string, Node] => [signal, node])),
	};
}
