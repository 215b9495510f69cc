import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { attentionBackward, attentionForward } from "./attention";
import { geluBackward, geluForward } from "./gelu";
import { layerNormBackward, layerNormForward } from "./layerNorm";
import { linearBackward, linearForward } from "./linear";

const random = (label: string, n: number) => {
	const rng = Rng.of(11).fork(label);
	return Float64Array.from({ length: n }, () => rng.normal());
};
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);

/** An op as a function of its inputs, and its transposed Jacobian applied to a gradient of the output. */
interface Op {
	readonly inputs: readonly Float64Array[];
	readonly outputs: number;
	forward(inputs: readonly Float64Array[], out: Float64Array): void;
	backward(inputs: readonly Float64Array[], dout: Float64Array, gradients: readonly Float64Array[]): void;
}

function evaluate(op: Op, inputs: readonly Float64Array[]): Float64Array {
	const out = new Float64Array(op.outputs).fill(Number.NaN);
	op.forward(inputs, out);
	return out;
}

function transposed(op: Op, dout: Float64Array): Float64Array[] {
	const gradients = op.inputs.map((x) => new Float64Array(x.length));
	op.backward(op.inputs, dout, gradients);
	return gradients;
}

const STEP = 1e-5;

/** J·v by central differences along a direction in all inputs at once. */
function directional(op: Op, direction: readonly Float64Array[]): Float64Array {
	const moved = (sign: number) =>
		evaluate(
			op,
			op.inputs.map((x, k) => x.map((value, i) => value + sign * STEP * direction[k]![i]!)),
		);
	const plus = moved(1);
	const minus = moved(-1);
	return plus.map((value, i) => (value - minus[i]!) / (2 * STEP));
}

const ROWS = 5;
const linear = (outputs: number, inputs: number): Op => ({
	inputs: [random("x", ROWS * inputs), random("w", outputs * inputs), random("b", outputs)],
	outputs: ROWS * outputs,
	forward: ([x, w, b], out) => linearForward(out, x!, w!, b!, 0, ROWS, inputs, outputs),
	backward: ([x, w], dout, [dx, dw, db]) => linearBackward(dx!, dw!, db!, dout, x!, w!, 0, ROWS, inputs, outputs),
});
const WIDTH = 7;
const layerNorm: Op = {
	inputs: [random("x", ROWS * WIDTH), random("w", WIDTH), random("b", WIDTH)],
	outputs: ROWS * WIDTH,
	forward: ([x, w, b], out) =>
		layerNormForward(out, new Float64Array(ROWS), new Float64Array(ROWS), x!, w!, b!, 0, ROWS, WIDTH),
	backward([x, w, b], dout, [dx, dw, db]) {
		const mean = new Float64Array(ROWS);
		const rstd = new Float64Array(ROWS);
		layerNormForward(new Float64Array(ROWS * WIDTH), mean, rstd, x!, w!, b!, 0, ROWS, WIDTH);
		layerNormBackward(dx!, dw!, db!, dout, x!, w!, mean, rstd, 0, ROWS, WIDTH);
	},
};
const gelu: Op = {
	inputs: [random("x", 40)],
	outputs: 40,
	forward: ([x], out) => geluForward(out, x!, 0, 40),
	backward: ([x], dout, [dx]) => geluBackward(dx!, dout, x!, 0, 40),
};
const HEADS = 3;
const D = 2;
const sequence = { b: 0, N: ROWS, length: ROWS };
const attention: Op = {
	inputs: [random("qkv", ROWS * 3 * HEADS * D)],
	outputs: ROWS * HEADS * D,
	forward: ([qkv], out) =>
		attentionForward(out, new Float64Array(HEADS * ROWS * ROWS), qkv!, sequence, HEADS * D, HEADS),
	backward([qkv], dout, [dqkv]) {
		const weights = new Float64Array(HEADS * ROWS * ROWS);
		attentionForward(new Float64Array(ROWS * HEADS * D), weights, qkv!, sequence, HEADS * D, HEADS);
		attentionBackward(dqkv!, new Float64Array(ROWS), dout, qkv!, weights, sequence, HEADS * D, HEADS);
	},
};

describe.each([
	["linear 6 × 3", linear(6, 3)],
	["linear 4 × 8", linear(4, 8)],
	["linear 1 × 5", linear(1, 5)],
	["layerNorm", layerNorm],
	["gelu", gelu],
	["attention", attention],
] as const)("%s", (_, op) => {
	it("has the gradient that central differences give for every input entry", () => {
		const u = random("u", op.outputs);
		const analytic = transposed(op, u);
		op.inputs.forEach((x, k) => {
			x.forEach((_, i) => {
				const direction = op.inputs.map((y) => new Float64Array(y.length));
				direction[k]![i] = 1;
				const numeric = dot(directional(op, direction), u);
				expect(Math.abs(analytic[k]![i]! - numeric)).toBeLessThanOrEqual(1e-7 * (1 + Math.abs(numeric)));
			});
		});
	});

	it("satisfies ⟨Jv, u⟩ = ⟨v, Jᵀu⟩ for random directions", () => {
		for (let trial = 0; trial < 5; trial++) {
			const v = op.inputs.map((x, k) => random(`v${trial}${k}`, x.length));
			const u = random(`u${trial}`, op.outputs);
			const left = dot(directional(op, v), u);
			const right = transposed(op, u).reduce((sum, g, k) => sum + dot(g, v[k]!), 0);
			expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-7 * (1 + Math.abs(left)));
		}
	});
});

describe("ops by hand", () => {
	it("GELU (tanh) of 1 is 0.8411919906082768 and of −1 is −0.15880800939172324", () => {
		const out = new Float64Array(2);
		geluForward(out, Float64Array.of(1, -1), 0, 2);
		expect(Math.abs(out[0]! - 0.8411919906082768)).toBeLessThanOrEqual(1e-15);
		expect(Math.abs(out[1]! + 0.15880800939172324)).toBeLessThanOrEqual(1e-15);
	});

	it("LayerNorm of (1, 3) is ∓1/√(1 + 1e-5), then scaled and shifted", () => {
		const out = new Float64Array(2);
		const one = new Float64Array(1);
		layerNormForward(out, one, one, Float64Array.of(1, 3), Float64Array.of(2, 2), Float64Array.of(0, 5), 0, 1, 2);
		const s = 1 / Math.sqrt(1.00001);
		expect(Math.abs(out[0]! + 2 * s)).toBeLessThanOrEqual(1e-15);
		expect(Math.abs(out[1]! - (5 + 2 * s))).toBeLessThanOrEqual(1e-15);
	});

	it("a query with scores 0 and ln 3 · √1 weighs its keys 1 : 3", () => {
		// One head of size 1: q, k, v per token; the second query is 1, keys are 0 and ln 3, values 4 and 8.
		const qkv = Float64Array.of(1, 0, 4, 1, Math.log(3), 8);
		const out = new Float64Array(2);
		const weights = new Float64Array(4);
		attentionForward(out, weights, qkv, { b: 0, N: 2, length: 2 }, 1, 1);
		expect(out[0]).toBe(4);
		expect(Math.abs(out[1]! - 7)).toBeLessThanOrEqual(1e-14);
		expect(weights[1]).toBe(0);
	});
});
