/** A penalty on how far coefficients are from one another: weight·Σ_i (w_i − mean)² over n different columns, weight·(I − 11ᵀ/n) in XᵀX. */
export interface Spread {
	readonly columns: readonly number[];
	readonly weight: number;
}

/** The numbers of a row that are not 0, as (column, value) pairs. */
export type SparseRow = readonly (readonly [number, number])[];

/** Least λ for the dual form, as a part of the longest row's square: rounding of 1e-16 grows by its inverse on the way through it. */
const DUAL_FROM = 1e-5;

/**
 * Ridge regression: the w that minimises Σ_i (y_i − x_i·w)² + λ·|w|² and the `spreads`.
 *
 * w = (XᵀX + λI)⁻¹Xᵀy, or, where there are fewer rows than columns, the same w = Xᵀ(XXᵀ + λI)⁻¹y: a system of the rows, by Cholesky
 * decomposition in n³/6 products. The dual form is taken where nothing is spread and λ is not tiny beside the rows.
 *
 * **Shapes** rows of `columns` numbers each, given sparsely; y one number a row. **Edges** no rows: zeros; 0 for a column that no row and no
 * spread has. λ must be above 0, so that the system has one solution.
 * **Source** Hoerl & Kennard 1970, "Ridge Regression", https://doi.org/10.1080/00401706.1970.10488634; the dual: Rasmussen & Williams
 * 2006, "Gaussian Processes for Machine Learning", equation 2.12, http://gaussianprocess.org/gpml/.
 */
export function ridge(
	rows: readonly SparseRow[],
	y: ArrayLike<number>,
	columns: number,
	lambda: number,
	spreads: readonly Spread[] = [],
): Float64Array {
	const pulled = spreads.filter(({ weight }) => weight !== 0);
	const used = [
		...new Set([...rows.flatMap((row) => row.map(([column]) => column)), ...pulled.flatMap((s) => s.columns)]),
	];
	const longest = rows.reduce((most, row) => Math.max(most, squareOf(row)), 0);
	if (pulled.length === 0 && rows.length < used.length && lambda >= DUAL_FROM * longest)
		return dualRidge(rows, y, columns, lambda);
	const place = new Map(used.map((column, i) => [column, i]));
	const own = primalRidge(
		rows.map((row) => row.map(([column, value]) => [place.get(column)!, value] as const)),
		y,
		used.length,
		lambda,
		pulled.map(({ columns: of, weight }) => ({ columns: of.map((column) => place.get(column)!), weight })),
	);
	const w = new Float64Array(columns);
	for (const [i, column] of used.entries()) w[column] = own[i]!;
	return w;
}

const squareOf = (row: SparseRow) => row.reduce((sum, [, value]) => sum + value * value, 0);

/** (XᵀX + λI + spreads)⁻¹Xᵀy: a system of the columns. */
export function primalRidge(
	rows: readonly SparseRow[],
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

/** Xᵀ(XXᵀ + λI)⁻¹y: a system of the rows. */
export function dualRidge(
	rows: readonly SparseRow[],
	y: ArrayLike<number>,
	columns: number,
	lambda: number,
): Float64Array {
	const n = rows.length;
	const K = new Float64Array(n * n);
	const dense = new Float64Array(columns);
	for (const [i, row] of rows.entries()) {
		dense.fill(0);
		for (const [column, value] of row) dense[column]! += value;
		for (let j = 0; j <= i; j++)
			K[i * n + j] = rows[j]!.reduce((sum, [column, value]) => sum + value * dense[column]!, 0);
		K[i * n + i]! += lambda;
	}
	const alpha = Float64Array.from(y);
	solve(K, alpha, n);
	const w = new Float64Array(columns);
	for (const [i, row] of rows.entries()) for (const [column, value] of row) w[column]! += value * alpha[i]!;
	return w;
}

/** Solves A·x = b for a positive definite A, of which the lower triangle is read; both are overwritten, b with x. */
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
