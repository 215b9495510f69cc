import type { RolloutBatch } from "../engine/rollouts/batch";

/** How credit in a method's own unit is held against the exact advantage, which is in units of return. */
export interface Aligned {
	/** Factor on the method's credit: Σ m·e / Σ m² over all scored tokens; NaN when the method paid nothing. */
	readonly factor: number;
	/** factor · m − e per token; NaN where either is absent. */
	readonly error: Float64Array;
	/** Share of tokens with exact credit of at least a tenth of the largest on which both signs agree; NaN without any. */
	readonly signAgreement: number;
	/** Root of the mean squared error over scored tokens, in units of return. */
	readonly rmse: number;
}

/** Tokens whose exact credit is smaller than this share of the largest have no sign to agree on. */
const DECISIVE = 0.1;

/**
 * Aligns a method's credit with the exact advantage by the best single factor (least squares over the batch), so that a
 * method does not look wrong because of a constant. A method that pays nothing keeps its zeros: its error is −e.
 */
export function alignByFactor(batch: RolloutBatch, method: Float64Array, exact: Float64Array): Aligned {
	let cross = 0;
	let square = 0;
	let largest = 0;
	forScored(batch, method, exact, (m, e) => {
		cross += m * e;
		square += m * m;
		largest = Math.max(largest, Math.abs(e));
	});
	const factor = cross / square;
	const error = new Float64Array(exact.length).fill(Number.NaN);
	let count = 0;
	let squares = 0;
	let decisive = 0;
	let agreeing = 0;
	forScored(batch, method, exact, (m, e, i) => {
		const gap = (square > 0 ? factor * m : 0) - e;
		error[i] = gap;
		count++;
		squares += gap * gap;
		if (Math.abs(e) < DECISIVE * largest || e === 0) return;
		decisive++;
		if (Math.sign(m) === Math.sign(e)) agreeing++;
	});
	return { factor, error, signAgreement: agreeing / decisive, rmse: Math.sqrt(squares / count) };
}

function forScored(
	batch: RolloutBatch,
	method: Float64Array,
	exact: Float64Array,
	visit: (m: number, e: number, i: number) => void,
): void {
	for (let i = 0; i < exact.length; i++) {
		const m = method[i] as number;
		const e = exact[i] as number;
		if (batch.actionMask[i] === 1 && !Number.isNaN(m) && !Number.isNaN(e)) visit(m, e, i);
	}
}
