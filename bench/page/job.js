// The job every contender does, from the same numbers: AdamW steps on -mean(A · log p) of given sequences, and
// rollouts with a KV cache from one start token. Sizes as in the README of this folder.

export const SIZES = {
	small: { layers: 2, width: 64, heads: 4, vocab: 32, length: 32, batch: 64 },
	large: { layers: 4, width: 128, heads: 4, vocab: 64, length: 64, batch: 64 },
};

export const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8 };

/** A small deterministic generator (Park & Miller 1988, minimal standard), so that every contender sees equal data. */
function minimalStandard(seed) {
	let state = seed;
	return () => {
		state = (state * 48271) % 2147483647;
		return state / 2147483647;
	};
}

function gaussian(random, length, deviation) {
	const out = new Float32Array(length);
	for (let i = 0; i < length; i++)
		out[i] = deviation * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
	return out;
}

/** Names and shapes in nanoGPT's convention, Linear weights [out, in]. */
export function shapes({ layers, width: d, vocab, length }) {
	const out = { "transformer.wte.weight": [vocab, d], "transformer.wpe.weight": [length, d] };
	for (let l = 0; l < layers; l++) {
		const h = `transformer.h.${l}.`;
		Object.assign(out, {
			[`${h}ln_1.weight`]: [d],
			[`${h}ln_1.bias`]: [d],
			[`${h}attn.c_attn.weight`]: [3 * d, d],
			[`${h}attn.c_attn.bias`]: [3 * d],
			[`${h}attn.c_proj.weight`]: [d, d],
			[`${h}attn.c_proj.bias`]: [d],
			[`${h}ln_2.weight`]: [d],
			[`${h}ln_2.bias`]: [d],
			[`${h}mlp.c_fc.weight`]: [4 * d, d],
			[`${h}mlp.c_fc.bias`]: [4 * d],
			[`${h}mlp.c_proj.weight`]: [d, 4 * d],
			[`${h}mlp.c_proj.bias`]: [d],
		});
	}
	return { ...out, "transformer.ln_f.weight": [d], "transformer.ln_f.bias": [d], "lm_head.weight": [vocab, d] };
}

export function makeJob(sizeName, batch) {
	const size = { ...SIZES[sizeName], ...(batch ? { batch } : {}) };
	const random = minimalStandard(20260201);
	const weights = {};
	for (const [name, shape] of Object.entries(shapes(size))) {
		const length = shape.reduce((a, b) => a * b, 1);
		const isScale = name.endsWith("weight") && name.includes("ln_");
		weights[name] = isScale
			? new Float32Array(length).fill(1)
			: name.endsWith("bias")
				? new Float32Array(length)
				: gaussian(random, length, 0.02);
	}
	const { batch: B, length: T, vocab } = size;
	const tokens = Int32Array.from({ length: B * (T + 1) }, () => Math.floor(random() * vocab));
	const advantages = gaussian(random, B * T, 1);
	return { size, weights, tokens, advantages };
}

/** Row-major transpose of an [n, m] matrix. */
export function transposed(data, [n, m]) {
	const out = new Float32Array(n * m);
	for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[j * n + i] = data[i * m + j];
	return out;
}

/** Inputs [B, T] and targets [B, T] of sequences [B, T + 1]. */
export function inputsAndTargets({ size: { batch: B, length: T }, tokens }) {
	const inputs = new Int32Array(B * T);
	const targets = new Int32Array(B * T);
	for (let b = 0; b < B; b++) {
		inputs.set(tokens.subarray(b * (T + 1), b * (T + 1) + T), b * T);
		targets.set(tokens.subarray(b * (T + 1) + 1, (b + 1) * (T + 1)), b * T);
	}
	return { inputs, targets };
}
