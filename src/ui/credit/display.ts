import { alignedError } from "../../engine/fidelity/alignment";
import { type Colouring, colouredBy, commonLimit, creditScale } from "../charts/creditScale";
import type { CreditRow } from "../charts/creditStrip";
import { type Comparison, currentComparison } from "../comparison";
import { EXACT_ROW } from "../exactRow";
import { significant } from "../format";
import { type View, viewStore } from "../stores/view";
import { sumByUnit, unitsOf } from "./granularity";

export const ERROR_ROW = "error";

/** A comparison as it is read: summed over units, with the signed error under the selected method. */
export interface Display extends Comparison {
	/** Unit of each token `[B·T]`, −1 outside of all. */
	readonly units: Int32Array;
	/** The method whose error is shown. */
	readonly selected: CreditRow;
	/** Ends of a scale that all of exact and the methods would fit on. */
	readonly commonLimit: number;
	/** Selected credit minus exact, pending as long as exact is; null where nobody knows exact or wants the error. */
	readonly error: CreditRow | null;
}

type Reading = Omit<View, "map">;
const kept = new WeakMap<Comparison, { readonly reading: string; readonly display: Display }>();

/** The rows to draw, in order: exact, the methods, and below the selected one its error. The same object for equal questions. */
export function displayOf(comparison: Comparison, view: Reading): Display {
	const reading = [
		view.granularity,
		view.method,
		view.alignment,
		view.errors,
		view.exact,
		view.scale,
		view.lock,
	].join();
	const known = kept.get(comparison);
	if (known?.reading === reading) return known.display;
	const display = read(comparison, view);
	kept.set(comparison, { reading, display });
	return display;
}

function read(comparison: Comparison, view: Reading): Display {
	const { batch, tokens } = comparison;
	const units = unitsOf(batch, tokens, view.granularity);
	const own = comparison.rows.map((row) => (view.granularity === "token" ? row : summed(row, units)));
	const rows = own.map((row) => recoloured(row, view));
	const exact = rows.find((row) => row.id === EXACT_ROW) ?? null;
	const methods = rows.filter((row) => row !== exact);
	const trained = methods[0] as CreditRow;
	const selected = methods.find((row) => row.id === view.method) ?? trained;
	const error = view.errors && exact ? errorRow(selected, exact, units, view) : null;
	const drawn = view.exact ? rows : methods;
	const at = drawn.indexOf(selected) + 1;
	const shown = error ? [...drawn.slice(0, at), error, ...drawn.slice(at)] : drawn;
	const limit = commonLimit(own.filter((row) => !row.pending).map((row) => row.scale));
	return { ...comparison, rows: shown, units, exact, trained, selected, error, commonLimit: limit };
}

/** A row on the scale that the view asks for; the same object where that is its own. */
export function recoloured<T extends Pick<CreditRow, "scale">>(row: T, view: Colouring): T {
	const scale = colouredBy(row.scale, view);
	return scale === row.scale ? row : { ...row, scale };
}

function summed(row: CreditRow, units: Int32Array): CreditRow {
	const values = sumByUnit(row.values, units);
	const terms = Object.fromEntries(Object.entries(row.terms).map(([name, term]) => [name, sumByUnit(term, units)]));
	return { ...row, values, terms, scale: creditScale(values) };
}

/** Every unit counts once in the alignment, however many tokens it has. */
function errorRow(method: CreditRow, exact: CreditRow, units: Int32Array, view: Reading): CreditRow {
	const { alignment } = view;
	// Its row stands from the start, so that the text does not move when the values come.
	if (exact.pending) return { ...exact, id: ERROR_ROW, label: "error" };
	const firsts = new Map<number, number>();
	units.forEach((unit, i) => {
		if (unit >= 0 && !firsts.has(unit)) firsts.set(unit, i);
	});
	const at = [...firsts.values()];
	const pick = (values: Float64Array) => Float64Array.from(at, (i) => values[i] as number);
	const { factor, error } = alignedError(pick(method.values), pick(exact.values), alignment);
	const ofUnit = new Map([...firsts.keys()].map((unit, k) => [unit, error[k] as number]));
	const values = Float64Array.from(units, (unit) => ofUnit.get(unit) ?? Number.NaN);
	const how = { raw: "raw", factor: `\u00d7${significant(factor)}`, rank: "ranks" }[alignment];
	return {
		id: ERROR_ROW,
		label: `error ${how}`,
		note: `${method.label} ${HOW[alignment](factor)} minus exact: blue is too much, orange too little`,
		values,
		terms: {},
		// Errors and exact credit are in the same unit, so they share a scale; places have none.
		scale: alignment === "rank" ? creditScale(error, view.scale) : exact.scale,
	};
}

const HOW: Readonly<Record<View["alignment"], (factor: number) => string>> = {
	raw: () => "as it is",
	factor: (factor) => `times ${significant(factor)}, the factor that fits best,`,
	rank: () => "by place among all tokens, \u22121 to 1,",
};

/** Above this many tokens only exact, the selected method and its error are drawn under each. */
const CROWDED = 600;

/** The rows that can be drawn under so many tokens without making every redraw felt. */
export function rowsWithin({ rows, exact, selected, error }: Display, tokens: number): Display["rows"] {
	return tokens <= CROWDED ? rows : rows.filter((row) => row === exact || row === selected || row === error);
}

/** What the strip shows at the moment; null before the first rollouts. */
export function currentDisplay(): Display | null {
	const comparison = currentComparison();
	return comparison && displayOf(comparison, viewStore.getState());
}
