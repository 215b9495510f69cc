import type { CreditResult } from "../../rollouts/batch";
import { csvLine } from "./csv";

/** Credit of one rollout, as `ascribe credit` prints it; lists run over its tokens. */
export interface CreditRow {
	readonly id: string;
	readonly group: string | null;
	readonly method: string;
	readonly preset: string | null;
	readonly params: CreditResult["params"];
	readonly rewards?: NonNullable<CreditResult["rewards"]>;
	readonly advantage: readonly number[];
	readonly terms: Readonly<Record<string, readonly number[]>>;
	readonly weights?: readonly number[];
	readonly mask: readonly number[];
	readonly cost: CreditResult["cost"];
}

/** Credit as CSV in long form, one line a token; what is not known is an empty field. */
export function writeCreditCsv(rows: readonly CreditRow[]): string {
	const terms = termsOf(rows);
	const weighted = rows.some(({ weights }) => weights);
	const head = ["id", "group", "method", "position", "mask", "advantage", ...terms.map((name) => `term_${name}`)];
	const lines = [csvLine(weighted ? [...head, "weight"] : head)];
	for (const row of rows)
		row.advantage.forEach((advantage, t) => {
			const own = [advantage, ...terms.map((name) => row.terms[name]?.[t]), ...(weighted ? [row.weights?.[t]] : [])];
			lines.push(csvLine([row.id, row.group, row.method, t, row.mask[t], ...own.map(known)]));
		});
	return lines.join("");
}

/** Credit as Parquet, one row a rollout: a list column each for advantage, mask, weights and every term; parameters and cost as JSON. */
export async function writeCreditParquet(rows: readonly CreditRow[]): Promise<Uint8Array> {
	const { writeColumns } = await import("./parquet");
	const text = (name: string, of: (row: CreditRow) => string | null) =>
		({ name, type: "BYTE_ARRAY", list: false, data: rows.map(of) }) as const;
	const numbers = (name: string, of: (row: CreditRow) => readonly number[] | undefined) =>
		({ name, type: "DOUBLE", list: true, data: rows.map((row) => of(row)?.map(known) ?? null) }) as const;
	return writeColumns([
		text("id", ({ id }) => id),
		text("group", ({ group }) => group),
		text("method", ({ method }) => method),
		text("preset", ({ preset }) => preset),
		text("params", ({ params }) => JSON.stringify(params)),
		...(rows.some(({ rewards }) => rewards) ? [text("rewards", ({ rewards = [] }) => JSON.stringify(rewards))] : []),
		text("cost", ({ cost }) => JSON.stringify(cost)),
		{ name: "mask", type: "INT32", list: true, data: rows.map(({ mask }) => mask) },
		numbers("advantage", ({ advantage }) => advantage),
		...termsOf(rows).map((name) => numbers(`terms.${name}`, ({ terms }) => terms[name])),
		...(rows.some(({ weights }) => weights) ? [numbers("weights", ({ weights }) => weights)] : []),
	]);
}

const termsOf = (rows: readonly CreditRow[]) => [...new Set(rows.flatMap(({ terms }) => Object.keys(terms)))];

/** NaN is "not scored". */
const known = (value: number | undefined) => (Number.isFinite(value) ? value : null);
