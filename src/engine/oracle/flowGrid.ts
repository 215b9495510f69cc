import { InvalidInput } from "../core/errors";

/**
 * A sampler of flow matching as a policy: x_{k+1} = x_k + v(k, x_k)/N + σ(k)·√(1/N)·ε in the plane, ε standard normal, and a
 * reward for where it ends. Its "token" k is the step from x_k to x_{k+1}.
 */
export interface Flow {
	/** N. */
	readonly steps: number;
	velocity(k: number, x: number, y: number): readonly [number, number];
	/** Standard deviation of the noise per unit of time, at step k of 0 … N−1. */
	sigma(k: number): number;
	reward(x: number, y: number): number;
}

export interface GridOptions {
	/** The grid covers [−extent, extent] in both directions. */
	readonly extent: number;
	/** Points along each axis. */
	readonly size: number;
	/** Nodes of the quadrature along each axis. */
	readonly nodes: number;
}
const DEFAULTS: GridOptions = { extent: 4, size: 65, nodes: 7 };

/** The values of a flow's states on a grid. */
export interface FlowValues {
	/** V_k(x, y): the expected reward from x_k on, k from 0 to N; between grid points cubic, beyond the grid that of its edge. */
	value(k: number, x: number, y: number): number;
	/** A_k = V_{k+1}(x_{k+1}) − V_k(x_k) of a path x_0 … x_N `[N]`; they sum to R − V_0(x_0). */
	advantages(path: readonly (readonly [number, number])[]): Float64Array;
}

/**
 * Exact values of a flow by backward induction, V_N = R and V_k(x) = E[V_{k+1}(x + v/N + σ√(1/N)·ε)], the expectation by
 * Gauss–Hermite quadrature. **Units** of reward. **Edges** without noise a step moves to one point. **Throws** InvalidInput for a grid
 * of fewer than 4 points or no quadrature nodes. **For** samplers of one's own: every task here is of tokens. Accuracy depends on grid and nodes: with the defaults and a bump of width 0.7 about 1e-4.
 */
export function flowValues(flow: Flow, given: Partial<GridOptions> = {}): FlowValues {
	const options = { ...DEFAULTS, ...given };
	const { extent, size, nodes } = options;
	if (!(size >= 4 && nodes >= 1))
		throw new InvalidInput(`A grid needs at least 4 points and 1 node, not ${size} and ${nodes}.`);
	const rule = gaussHermite(nodes);
	const coordinate = (i: number) => (2 * i * extent) / (size - 1) - extent;
	const N = flow.steps;
	const grids: Float64Array[] = new Array<Float64Array>(N + 1);
	for (let k = N; k >= 0; k--) {
		const grid = new Float64Array(size * size);
		for (let i = 0; i < grid.length; i++) {
			const x = coordinate(i % size);
			const y = coordinate(Math.floor(i / size));
			grid[i] = k === N ? flow.reward(x, y) : expectation(flow, k, x, y, rule, grids[k + 1]!, options);
		}
		grids[k] = grid;
	}
	const value = (k: number, x: number, y: number) =>
		k === N ? flow.reward(x, y) : expectation(flow, k, x, y, rule, grids[k + 1]!, options);
	return {
		value,
		advantages: (path) =>
			Float64Array.from(
				{ length: N },
				(_, k) => value(k + 1, path[k + 1]![0], path[k + 1]![1]) - value(k, path[k]![0], path[k]![1]),
			),
	};
}

interface Rule {
	/** Nodes and weights of E[f(ε)], ε standard normal. */
	readonly nodes: readonly number[];
	readonly weights: readonly number[];
}

function expectation(
	flow: Flow,
	k: number,
	x: number,
	y: number,
	{ nodes, weights }: Rule,
	next: Float64Array,
	options: GridOptions,
): number {
	const [vx, vy] = flow.velocity(k, x, y);
	const spread = flow.sigma(k) * Math.sqrt(1 / flow.steps);
	const atX = x + vx / flow.steps;
	const atY = y + vy / flow.steps;
	if (spread === 0) return cubic(next, atX, atY, options);
	let sum = 0;
	for (let i = 0; i < nodes.length; i++)
		for (let j = 0; j < nodes.length; j++)
			sum += weights[i]! * weights[j]! * cubic(next, atX + spread * nodes[i]!, atY + spread * nodes[j]!, options);
	return sum;
}

/** Catmull–Rom interpolation; beyond the grid the value at its edge. */
function cubic(grid: Float64Array, x: number, y: number, { extent, size }: GridOptions): number {
	const place = (v: number) => {
		const at = Math.min(size - 1, Math.max(0, ((v + extent) * (size - 1)) / (2 * extent)));
		const cell = Math.min(size - 2, Math.floor(at));
		return { cell, weights: catmullRom(at - cell) };
	};
	const [px, py] = [place(x), place(y)];
	let sum = 0;
	for (let j = 0; j < 4; j++) {
		const row = Math.min(size - 1, Math.max(0, py.cell + j - 1)) * size;
		let line = 0;
		for (let i = 0; i < 4; i++) line += px.weights[i]! * grid[row + Math.min(size - 1, Math.max(0, px.cell + i - 1))]!;
		sum += py.weights[j]! * line;
	}
	return sum;
}

function catmullRom(t: number): readonly [number, number, number, number] {
	const [t2, t3] = [t * t, t * t * t];
	return [(-t + 2 * t2 - t3) / 2, (2 - 5 * t2 + 3 * t3) / 2, (t + 4 * t2 - 3 * t3) / 2, (t3 - t2) / 2];
}

/**
 * Roots of the n-th Hermite polynomial (of the standard normal) by Newton's method, deflated by the roots found so far; weights
 * n! / (n·He_{n−1}(root))².
 */
function gaussHermite(n: number): Rule {
	const roots: number[] = [];
	for (let i = 0; i < n; i++) {
		let x = i === 0 ? Math.sqrt(4 * n + 1) : roots[i - 1]! - 0.5;
		for (let round = 0; round < 200; round++) {
			const [value, below] = hermite(n, x);
			const pull = roots.reduce((sum, root) => sum + 1 / (x - root), 0);
			const change = value / (n * below - value * pull);
			x -= change;
			if (Math.abs(change) < 1e-15) break;
		}
		roots.push(x);
	}
	let factorial = 1;
	for (let k = 2; k <= n; k++) factorial *= k;
	return { nodes: roots, weights: roots.map((x) => factorial / (n * hermite(n, x)[1]) ** 2) };
}

/** He_n(x) and He_{n−1}(x). */
function hermite(n: number, x: number): [number, number] {
	let [below, value] = [0, 1];
	for (let k = 0; k < n; k++) [below, value] = [value, x * value - k * below];
	return [value, below];
}
