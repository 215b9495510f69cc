// TensorFlow.js in its best idiom: eager ops, fused matmul with bias, its own Adam, everything inside tidy.
import "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { ADAM, inputsAndTargets, shapes, transposed } from "./job.js";

const layerNorm = (x, weight, bias) => {
	const { mean, variance } = tf.moments(x, -1, true);
	return x
		.sub(mean)
		.mul(tf.rsqrt(variance.add(1e-5)))
		.mul(weight)
		.add(bias);
};
const linear = (x, weight, bias) => tf.fused.matMul({ a: x, b: weight, bias });
const gelu = (x) => {
	const inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
	return x.mul(0.5).mul(tf.tanh(inner).add(1));
};

function block(x, p, attend) {
	const y = x.add(linear(attend(linear(layerNorm(x, p.ln1w, p.ln1b), p.wqkv, p.bqkv)), p.wo, p.bo));
	const hidden = gelu(linear(layerNorm(y, p.ln2w, p.ln2b), p.wfc, p.bfc));
	return y.add(linear(hidden, p.wproj, p.bproj));
}

const BLOCK = ["ln1w", "ln1b", "wqkv", "bqkv", "wo", "bo", "ln2w", "ln2b", "wfc", "bfc", "wproj", "bproj"];

function unpack(list, layers) {
	const blocks = [];
	for (let l = 0; l < layers; l++) blocks.push(Object.fromEntries(BLOCK.map((key, i) => [key, list[2 + 12 * l + i]])));
	const [lnWeight, lnBias, head] = list.slice(2 + 12 * layers);
	return { wte: list[0], wpe: list[1], blocks, lnWeight, lnBias, head };
}

/** Rows of a table. The WebAssembly backend has no gradient of gather, so there it is a product with one-hot rows. */
const embed = (table, ids) =>
	tf.getBackend() === "wasm" ? tf.matMul(tf.oneHot(ids, table.shape[0]).cast("float32"), table) : tf.gather(table, ids);

function forward(params, inputs, mask, { width: d, heads, length: T, batch: B }) {
	let x = embed(params.wte, inputs).add(tf.tile(params.wpe, [B, 1])); // [B·T, d]
	const split = (a) => a.reshape([B, T, heads, d / heads]).transpose([0, 2, 1, 3]);
	const attend = (qkv) => {
		const [q, k, v] = tf.split(qkv, 3, -1).map(split);
		const scores = tf
			.matMul(q, k, false, true)
			.mul(1 / Math.sqrt(d / heads))
			.add(mask);
		return tf
			.matMul(tf.softmax(scores), v)
			.transpose([0, 2, 1, 3])
			.reshape([B * T, d]);
	};
	for (const p of params.blocks) x = block(x, p, attend);
	return tf.matMul(layerNorm(x, params.lnWeight, params.lnBias), params.head);
}

function decodeStep(params, caches, token, position, { width: d, heads, batch: B }) {
	const next = [];
	let x = tf.gather(params.wte, token).add(params.wpe.slice([position, 0], [1, d]));
	params.blocks.forEach((p, l) => {
		x = block(x, p, (qkv) => {
			const [q, k, v] = tf.split(qkv, 3, -1).map((a) => a.reshape([B, heads, 1, d / heads]));
			const keys = caches.length ? tf.concat([caches[2 * l], k], 2) : k;
			const values = caches.length ? tf.concat([caches[2 * l + 1], v], 2) : v;
			next.push(keys, values);
			const weights = tf.softmax(tf.matMul(q, keys, false, true).mul(1 / Math.sqrt(d / heads)));
			return tf.matMul(weights, values).reshape([B, d]);
		});
	});
	return { logits: tf.matMul(layerNorm(x, params.lnWeight, params.lnBias), params.head), next };
}

export async function tfjsContender(backend = "webgpu") {
	if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js found no ${backend} backend`);
	await tf.ready();
	let state;
	return {
		name: `TensorFlow.js ${backend}`,
		async load(job) {
			const { inputs, targets } = inputsAndTargets(job);
			const { batch: B, length: T, vocab } = job.size;
			const list = Object.entries(shapes(job.size)).map(([name, shape]) => {
				const isLinear = shape.length === 2 && !name.includes(".wte.") && !name.includes(".wpe.");
				return tf.variable(
					isLinear
						? tf.tensor(transposed(job.weights[name], shape), [shape[1], shape[0]])
						: tf.tensor(job.weights[name], shape),
				);
			});
			const mask = tf.tidy(() =>
				tf.linalg
					.bandPart(tf.ones([T, T]), -1, 0)
					.sub(1)
					.mul(1e30),
			);
			state = {
				job,
				list,
				mask,
				params: unpack(list, job.size.layers),
				optimizer: tf.train.adam(ADAM.learningRate, ADAM.beta1, ADAM.beta2, ADAM.eps),
				inputs: tf.tensor1d(inputs, "int32"),
				targets: tf.oneHot(tf.tensor1d(targets, "int32"), vocab),
				advantages: tf.tensor1d(job.advantages),
				count: B * T,
			};
		},
		async trainStep() {
			const s = state;
			const loss = s.optimizer.minimize(
				() => {
					const logProbs = tf.logSoftmax(forward(s.params, s.inputs, s.mask, s.job.size));
					return logProbs.mul(s.targets).sum(-1).mul(s.advantages).mean().neg();
				},
				true,
				s.list,
			);
			const value = (await loss.data())[0];
			loss.dispose();
			await s.list.at(-1).data();
			return value;
		},
		async rollout(seed) {
			const { length: T, batch: B } = state.job.size;
			let caches = [];
			let token = tf.zeros([B], "int32");
			const ids = [];
			const logProbs = [];
			for (let t = 0; t < T; t++) {
				const out = tf.tidy(() => {
					const { logits, next } = decodeStep(state.params, caches, token, t, state.job.size);
					const id = tf.multinomial(logits, 1, seed * 1000 + t + 1).reshape([B]);
					const logProb = tf.logSoftmax(logits).mul(tf.oneHot(id, logits.shape[1])).sum(-1);
					return { id, logProb, next };
				});
				tf.dispose(caches);
				caches = out.next;
				token = out.id;
				ids.push(out.id);
				logProbs.push(out.logProb);
			}
			const tokens = await tf.tidy(() => tf.stack(ids, 1)).data();
			const taken = await tf.tidy(() => tf.stack(logProbs, 1)).data();
			tf.dispose([caches, ids, logProbs]);
			return { tokens: Int32Array.from(tokens), logProbs: taken };
		},
	};
}
