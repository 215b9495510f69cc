// jax-js in its best idiom: the whole training step, and one decoding step over a fixed-capacity cache, are one jit each.
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";
import { ADAM, inputsAndTargets, shapes, transposed } from "./job.js";

const layerNorm = (x, weight, bias) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight).add(bias);

function unpack(params, layers) {
	const [wte, wpe, ...rest] = params;
	const blocks = [];
	for (let l = 0; l < layers; l++) blocks.push(rest.slice(12 * l, 12 * l + 12));
	const [lnWeight, lnBias, head] = rest.slice(12 * layers);
	return { wte, wpe, blocks, lnWeight, lnBias, head };
}

function block(x, p, attend) {
	const [ln1w, ln1b, wqkv, bqkv, wo, bo, ln2w, ln2b, wfc, bfc, wproj, bproj] = p;
	const mixed = attend(np.matmul(layerNorm(x.ref, ln1w, ln1b), wqkv).add(bqkv));
	const y = x.add(np.matmul(mixed, wo).add(bo));
	const hidden = nn.gelu(np.matmul(layerNorm(y.ref, ln2w, ln2b), wfc).add(bfc));
	return y.add(np.matmul(hidden, wproj).add(bproj));
}

function forward(params, inputs, { layers, width: d, heads, vocab, length: T, batch: B }) {
	const { wte, wpe, blocks, lnWeight, lnBias, head } = unpack(params, layers);
	let x = np.matmul(nn.oneHot(inputs, vocab), wte).add(wpe);
	const attend = (qkv) => {
		const [q, k, v] = np.split(qkv, 3, -1).map((a) => a.reshape([B, T, heads, d / heads]));
		return nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([B, T, d]);
	};
	for (const p of blocks) x = block(x, p, attend);
	return np.matmul(layerNorm(x, lnWeight, lnBias), head);
}

function adam(params, grads, m, v, t) {
	const { learningRate, beta1, beta2, eps } = ADAM;
	const correct1 = np.subtract(1, np.power(beta1, t.ref));
	const correct2 = np.subtract(1, np.power(beta2, t));
	const out = { params: [], m: [], v: [] };
	for (let i = 0; i < params.length; i++) {
		const m1 = m[i].mul(beta1).add(grads[i].ref.mul(1 - beta1));
		const v1 = v[i].mul(beta2).add(np.square(grads[i]).mul(1 - beta2));
		const step = m1.ref.div(correct1.ref).div(np.sqrt(v1.ref.div(correct2.ref)).add(eps));
		out.params.push(params[i].sub(step.mul(learningRate)));
		out.m.push(m1);
		out.v.push(v1);
	}
	correct1.dispose();
	correct2.dispose();
	return out;
}

function lossOf(params, inputs, targets, advantages, size) {
	const logProbs = nn.logSoftmax(forward(params, inputs, size), -1);
	const picked = logProbs.mul(nn.oneHot(targets, size.vocab)).sum(-1);
	return picked.mul(advantages).mean().neg();
}

function decodeStep(params, caches, token, position, key, { layers, width: d, heads, vocab, length: T, batch: B }) {
	const { wte, wpe, blocks, lnWeight, lnBias, head } = unpack(params, layers);
	const here = nn.oneHot(position.ref, T); // [T]
	let x = np.matmul(token, wte).add(np.matmul(here.ref.reshape([1, T]), wpe)); // [B, d]
	const past = np.lessEqual(np.arange(T).astype(np.int32), position).reshape([1, 1, T]);
	const kept = [];
	blocks.forEach((p, l) => {
		x = block(x, p, (qkv) => {
			const [q, k, v] = np.split(qkv, 3, -1).map((a) => a.reshape([B, heads, 1, d / heads]));
			const at = here.ref.reshape([1, 1, T, 1]);
			const write = (cache, fresh) => np.where(np.greater(at.ref, 0.5), fresh, cache);
			const keys = write(caches[2 * l], k);
			const values = write(caches[2 * l + 1], v);
			at.dispose();
			kept.push(keys.ref, values.ref);
			const scores = q
				.mul(keys)
				.sum(-1)
				.mul(1 / Math.sqrt(d / heads)); // [B, H, T]
			const weights = nn.softmax(np.where(past.ref, scores, -1e30), -1);
			return weights.reshape([B, heads, T, 1]).mul(values).sum(2).reshape([B, d]);
		});
	});
	here.dispose();
	past.dispose();
	const logits = np.matmul(layerNorm(x, lnWeight, lnBias), head);
	// argmax and categorical do not return on software adapters: sample by max and compare.
	const noisy = logits.ref.add(random.gumbel(key, [B, vocab]));
	const chosen = np.equal(noisy.ref, np.max(noisy, -1, { keepdims: true })).astype(np.float32);
	const logProb = nn.logSoftmax(logits, -1).mul(chosen.ref).sum(-1);
	const id = chosen.ref.mul(np.arange(vocab).astype(np.float32)).sum(-1);
	return { token: chosen, id, logProb, caches: kept };
}

export async function jaxContender(device = "webgpu") {
	const found = await init(device);
	if (!found.includes(device)) throw new Error(`jax-js found no ${device} backend`);
	defaultDevice(device);
	let state;
	return {
		name: `jax-js ${device}`,
		async load(job) {
			const { inputs, targets } = inputsAndTargets(job);
			const { batch: B, length: T } = job.size;
			const names = Object.keys(shapes(job.size));
			const params = names.map((name) => {
				const shape = shapes(job.size)[name];
				const isLinear = shape.length === 2 && !name.includes(".wte.") && !name.includes(".wpe.");
				return isLinear
					? np.array(transposed(job.weights[name], shape), { shape: [shape[1], shape[0]] })
					: np.array(job.weights[name], { shape });
			});
			const gradient = valueAndGrad((p, x, y, a) => lossOf(p, x, y, a, job.size));
			const step = jit((p, m, v, t, x, y, a) => {
				const [loss, grads] = gradient(tree.ref(p), x, y, a);
				return { loss, ...adam(p, grads, m, v, t) };
			});
			const decode = jit((p, caches, token, position, key) => decodeStep(p, caches, token, position, key, job.size));
			state = {
				job,
				step,
				decode,
				params,
				m: params.map((p) => np.zeros(p.shape)),
				v: params.map((p) => np.zeros(p.shape)),
				t: 0,
				inputs: np.array(inputs, { shape: [B, T] }),
				targets: np.array(targets, { shape: [B, T] }),
				advantages: np.array(job.advantages, { shape: [B, T] }),
			};
		},
		async trainStep() {
			const s = state;
			s.t++;
			const out = s.step(
				s.params,
				s.m,
				s.v,
				np.array(s.t, { dtype: np.float32 }),
				s.inputs.ref,
				s.targets.ref,
				s.advantages.ref,
			);
			Object.assign(s, { params: out.params, m: out.m, v: out.v });
			await blockUntilReady(s.params);
			return (await out.loss.data())[0];
		},
		async rollout(seed) {
			const { layers, heads, width: d, vocab, length: T, batch: B } = state.job.size;
			let caches = Array.from({ length: 2 * layers }, () => np.zeros([B, heads, T, d / heads]));
			let token = nn.oneHot(np.zeros([B], { dtype: np.int32 }), vocab);
			const ids = [];
			const logProbs = [];
			for (let t = 0; t < T; t++) {
				const key = random.key(np.array(seed * 1000 + t, { dtype: np.uint32 }));
				const position = np.array(t, { dtype: np.int32 });
				const out = state.decode(tree.ref(state.params), caches, token, position, key);
				({ caches, token } = out);
				ids.push(out.id);
				logProbs.push(out.logProb);
			}
			tree.dispose(caches);
			token.dispose();
			const tokens = await np.stack(ids, 1).data();
			return { tokens: Int32Array.from(tokens), logProbs: await np.stack(logProbs, 1).data() };
		},
	};
}
