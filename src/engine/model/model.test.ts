import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { createActivations, type TokenBatch } from "./activations";
import { backward } from "./backward";
import { DEFAULT_MODEL, type ModelConfig, parameterLayout } from "./config";
import { Decoder } from "./decoder";
import { forward } from "./forward";
import { initParameters } from "./parameters";

const small: ModelConfig = { ...DEFAULT_MODEL, vocabSize: 5, contextLength: 6, layers: 2, width: 6, heads: 3 };
const variants: [string, ModelConfig][] = [
	["plain", small],
	["tied", { ...small, tiedHead: true, headBias: true }],
	["values", { ...small, valueHead: true, layers: 1, heads: 1 }],
];

function parametersFor(config: ModelConfig): Float64Array {
	const rng = Rng.of(3).fork("parameters");
	return initParameters(config, 1).map((value) => value + 0.3 * rng.normal());
}

/** Rows of different lengths; what follows a row's end is an id that no model has. */
function batchFor(config: ModelConfig, lengths: readonly number[]): TokenBatch {
	const N = config.contextLength;
	const rng = Rng.of(5).fork("tokens");
	const tokens = new Int32Array(lengths.length * N).fill(9999);
	lengths.forEach((length, b) => {
		for (let t = 0; t < length; t++) tokens[b * N + t] = rng.integer(config.vocabSize);
	});
	return { B: lengths.length, N, tokens, lengths: Int32Array.from(lengths) };
}

/** Weights that turn logits and values into a scalar loss; zero in padding. */
function lossWeights(config: ModelConfig, batch: TokenBatch, width: number, label: string): Float64Array {
	const rng = Rng.of(7).fork(label);
	const out = new Float64Array(batch.B * batch.N * width);
	batch.lengths.forEach((length, b) => {
		for (let i = 0; i < length * width; i++) out[b * batch.N * width + i] = rng.normal();
	});
	expect(config.vocabSize).toBeGreaterThan(0);
	return out;
}

describe.each(variants)("the %s model", (_, config) => {
	const parameters = parametersFor(config);
	const batch = batchFor(config, [6, 1, 4]);
	const dlogits = lossWeights(config, batch, config.vocabSize, "dlogits");
	const dvalues = config.valueHead ? lossWeights(config, batch, 1, "dvalues") : null;
	const loss = (p: Float64Array) => {
		const acts = createActivations(config, batch.B, batch.N);
		forward(config, p, batch, acts);
		const fromLogits = acts.logits.reduce((sum, v, i) => sum + (dlogits[i] === 0 ? 0 : v * dlogits[i]!), 0);
		return fromLogits + (dvalues ? acts.values.reduce((sum, v, i) => sum + v * dvalues[i]!, 0) : 0);
	};

	it("has the gradients of central differences in every parameter", () => {
		const acts = createActivations(config, batch.B, batch.N);
		forward(config, parameters, batch, acts);
		const gradients = new Float64Array(parameters.length);
		backward(config, parameters, batch, acts, dlogits, dvalues, gradients);
		const step = 1e-5;
		for (const { name, offset, length } of parameterLayout(config).tensors)
			for (let i = offset; i < offset + length; i++) {
				const moved = parameters.slice();
				moved[i]! += step;
				const plus = loss(moved);
				moved[i]! -= 2 * step;
				const numeric = (plus - loss(moved)) / (2 * step);
				expect(Math.abs(gradients[i]! - numeric), `${name}[${i - offset}]`).toBeLessThanOrEqual(
					1e-6 * (1 + Math.abs(numeric)),
				);
			}
	});

	it("gives the same logits token by token, also after a fork", () => {
		const acts = createActivations(config, batch.B, batch.N);
		forward(config, parameters, batch, acts);
		const V = config.vocabSize;
		const decoder = new Decoder(config, parameters, 4, batch.N);
		const logits = new Float64Array(V);
		const follow = (b: number, row: number, from: number) => {
			for (let t = from; t < batch.lengths[b]!; t++) {
				const value = decoder.advance(row, batch.tokens[b * batch.N + t]!, logits);
				for (let v = 0; v < V; v++)
					expect(Math.abs(logits[v]! - acts.logits[(b * batch.N + t) * V + v]!)).toBeLessThanOrEqual(1e-12);
				if (config.valueHead) expect(Math.abs(value - acts.values[b * batch.N + t]!)).toBeLessThanOrEqual(1e-12);
			}
		};
		for (let b = 0; b < batch.B; b++) follow(b, b, 0);
		decoder.reset();
		for (let t = 0; t < 2; t++) decoder.advance(0, batch.tokens[t]!, logits);
		decoder.fork(0, 3);
		decoder.advance(0, 0, logits);
		follow(0, 3, 2);
	});

	it("never looks ahead: the logits of a prefix do not depend on what follows", () => {
		const acts = createActivations(config, 1, 6);
		const V = config.vocabSize;
		forward(config, parameters, { ...batchFor(config, [6]) }, acts);
		const before = acts.logits.slice(0, 3 * V);
		const changed = batchFor(config, [6]);
		changed.tokens[3] = (changed.tokens[3]! + 1) % V;
		forward(config, parameters, changed, acts);
		expect(acts.logits.slice(0, 3 * V)).toEqual(before);
		expect(acts.logits.slice(3 * V, 4 * V)).not.toEqual(before.slice(0, V));
	});
});

describe("the model by hand", () => {
	it("with zero blocks' outputs is head · LayerNorm(wte + wpe)", () => {
		const config: ModelConfig = { ...DEFAULT_MODEL, vocabSize: 2, contextLength: 1, layers: 1, width: 2, heads: 1 };
		const layout = parameterLayout(config);
		const flat = new Float64Array(layout.size);
		const set = (name: string, values: number[]) =>
			flat.set(values, layout.tensors.find((t) => t.name === name)!.offset);
		set("transformer.wte.weight", [0, 0, 1, 2]);
		set("transformer.wpe.weight", [0, 1]);
		set("transformer.ln_f.weight", [1, 1]);
		set("lm_head.weight", [1, 0, 0, 10]);
		const acts = createActivations(config, 1, 1);
		forward(config, flat, { B: 1, N: 1, tokens: Int32Array.of(1), lengths: Int32Array.of(1) }, acts);
		// x = (1, 3): mean 2, variance 1.
		const s = 1 / Math.sqrt(1.00001);
		expect(Math.abs(acts.logits[0]! + s)).toBeLessThanOrEqual(1e-14);
		expect(Math.abs(acts.logits[1]! - 10 * s)).toBeLessThanOrEqual(1e-14);
	});
});

describe("the model against nanoGPT's model.py written in NumPy", () => {
	it("gives its logits, with weights ½·sin(0.7·i + k) for entry i of tensor k", () => {
		const config: ModelConfig = { ...small, width: 6 };
		const layout = parameterLayout(config);
		const flat = new Float64Array(layout.size);
		layout.tensors.forEach(({ offset, length }, k) => {
			for (let i = 0; i < length; i++) flat[offset + i] = 0.5 * Math.sin(0.7 * i + k);
		});
		const acts = createActivations(config, 1, 4);
		forward(config, flat, { B: 1, N: 4, tokens: Int32Array.of(0, 3, 1, 4), lengths: Int32Array.of(4) }, acts);
		const expected = [
			[0.27071315995951, 0.32338816556129, -0.58780225527939, 0.252964667357088, 0.339764924102062],
			[0.293684565984808, 0.219998324452918, -0.509397684464538, 0.279477129896351, 0.235364309966683],
			[0.448519797318097, 0.21506232109269, -0.659393057674775, 0.43148684299129, 0.236310869589542],
			[0.339608661643718, 0.272369824489939, -0.606673169369437, 0.322486348110912, 0.290468325577398],
		];
		for (const [i, value] of expected.flat().entries())
			expect(Math.abs(acts.logits[i]! - value)).toBeLessThanOrEqual(1e-13);
	});
});

describe("initial parameters", () => {
	const config: ModelConfig = { ...DEFAULT_MODEL, vocabSize: 64, contextLength: 32, layers: 4, width: 64, heads: 4 };
	const layout = parameterLayout(config);
	const flat = initParameters(config, 42);
	it("have nanoGPT's deviations: 0.02, and 0.02/√(2L) back into the residual stream", () => {
		for (const { name, offset, length, init } of layout.tensors) {
			const data = flat.subarray(offset, offset + length);
			if (init === "zeros")
				expect(
					data.every((v) => v === 0),
					name,
				).toBe(true);
			if (init === "ones")
				expect(
					data.every((v) => v === 1),
					name,
				).toBe(true);
			if (init !== "normal" && init !== "residual") continue;
			const deviation = init === "normal" ? 0.02 : 0.02 / Math.sqrt(8);
			const measured = Math.sqrt(data.reduce((a, v) => a + v * v, 0) / length);
			// Five standard errors of a standard deviation: 5 / √(2 n).
			expect(Math.abs(measured / deviation - 1), name).toBeLessThanOrEqual(5 / Math.sqrt(2 * length));
		}
	});
	it("are float32 numbers that depend on seed and tensor name only", () => {
		expect(flat.every((v) => Math.fround(v) === v)).toBe(true);
		const deeper = initParameters({ ...config, vocabSize: 70 }, 42);
		const at = (c: ModelConfig, name: string) => parameterLayout(c).tensors.find((t) => t.name === name)!.offset;
		const name = "transformer.h.0.attn.c_attn.weight";
		expect(deeper[at({ ...config, vocabSize: 70 }, name)]).toBe(flat[at(config, name)]);
		expect(initParameters(config, 43)[at(config, name)]).not.toBe(flat[at(config, name)]);
	});
});

describe("bad batches", () => {
	const run = (lengths: number[], token: number) => () => {
		const batch = batchFor(small, lengths);
		batch.tokens[0] = token;
		forward(small, parametersFor(small), batch, createActivations(small, lengths.length, 6));
	};
	it.each([
		["a row longer than the context", run([7], 0), /Sequence 0 has 7 tokens; the model's context holds 6/],
		["an id outside the vocabulary", run([2], 5), /Sequence 0, token 0 is id 5; ids run from 0 to 4/],
	])("%s is refused in one sentence", (_, call, message) => {
		expect(call).toThrow(message);
	});
});
