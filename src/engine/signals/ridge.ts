/** A penalty on how far coefficients are from one another: weight·Σ_i (w_i − mean)² over n different columns, weight·(I − 11ᵀ/n) in XᵀX. */
export interface Spread {
	readonly columns: readonly number[];
	readonly weight: number;
}

/**
 * Ridge regression: the w that minimises Σ_i (y_i − x_i·w)² + λ·|w|² and the `spreads`, by Cholesky decomposition of XᵀX + λI.
 *
 * **Shapes** rows of `columns` numbers each, given sparsely as (column, value) pairs; y one number a row. **Edges** no rows: zeros.
 * λ must be above 0, so that the system has one solution.
 * **Source** Hoerl & Kennard 1970, "Ridge Regression", https://doi.org/10.1080/00401706.1970.10488634.
 */
export function ridge(
	rows: readonly (readonly (readonly [number, number])[])[],
	y: ArrayLike<number>,
	columns: number,
	lambda: number,
	spreads: readonly Spread[] = [],
): Float64Array {
	const A = new Float64Array(columns * columns);
	const w = new Float64Array(columns);
	for (let i = 0; i < columns; i++) A[i * columns + i] = lambda;
	for (const [r, row] of rows.entries())
		for (const [i, a] of row) {
			w[i]! += a * y[r]!;
			for (const [j, b] of row) A[i * columns + j]! += a * b;
		}
	for (const { columns: own, weight } of spreads)
		for (const i of own) {
			A[i * columns + i]! += weight;
			for (const j of own) A[i * columns + j]! -= weight / own.length;
		}
	solve(A, w, columns);
	return w;
}

/** Solves A·x = b for a positive definite A; both are overwritten, b with x. */
function solve(A: Float64Array, b: Float64Array, n: number): void {
	for (let j = 0; j < n; j++)
		for (let i = j; i < n; i++) {
			let sum = A[i * n + j]!;
			for (let k = 0; k < j; k++) sum -= A[i * n + k]! * A[j * n + k]!;
			A[i * n + j] = i === j ? Math.sqrt(sum) : sum / A[j * n + j]!;
		}
	for (let i = 0; i < n; i++) {
		for (let k = 0; k < i; k++) b[i]! -= A[i * n + k]! * b[k]!;
		b[i]! /= A[i * n + i]!;
	}
	for (let i = n - 1; i >= 0; i--) {
		for (let k = i + 1; k < n; k++) b[i]! -= A[k * n + i]! * b[k]!;
		b[i]! /= A[i * n + i]!;
	}
}
