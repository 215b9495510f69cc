// Our float64 reference, the --backend cpu of the command line: no adapter, one thread of plain TypeScript.

import { rolloutKey } from "../../src/engine/core/rng";
import { createActivations } from "../../src/engine/model/activations";
import { adamwStep, createAdamState } from "../../src/engine/model/adamw";
import { backward, createBackwardScratch } from "../../src/engine/model/backward";
import { DEFAULT_MODEL, parameterLayout } from "../../src/engine/model/config";
import { Decoder } from "../../src/engine/model/decoder";
import { forward } from "../../src/engine/model/forward";
import { packTensors } from "../../src/engine/model/parameters";
import { tokenLogProbs, tokenLogProbsBackward } from "../../src/engine/model/tokenLogProbs";
import { TokenSampler } from "../../src/engine/rollouts/drawToken";
import { ADAM, inputsAndTargets } from "./job.js";

const OPTIMIZER = { ...ADAM, weightDecay: 0, clipNorm: 0 };

/** Size of a job in our words. */
export function modelConfig({ vocab, length, layers, width, heads }) {
	return { ...DEFAULT_MODEL, vocabSize: vocab, contextLength: length, layers, width, heads };
}

export function referenceContender() {
	let s;
	return {
		name: "ascribe float64",
		async load(job) {
			const { batch: B, length: N } = job.size;
			const config = modelConfig(job.size);
			const layout = parameterLayout(config);
			const { inputs, targets } = inputsAndTargets(job);
			s = {
				config,
				layout,
				parameters: packTensors(layout, new Map(Object.entries(job.weights))),
				gradients: new Float64Array(layout.size),
				adam: createAdamState(layout.size),
				batch: { B, N, tokens: inputs, lengths: new Int32Array(B).fill(N) },
				acts: createActivations(config, B, N),
				scratch: createBackwardScratch(config, B, N),
				dlogits: new Float64Array(B * N * config.vocabSize),
				dlogProbs: Float64Array.from(job.advantages, (a) => -a / (B * N)),
				scored: { count: B * N, rows: Int32Array.from(targets.keys()), targets, legal: null, temperature: 1 },
			};
		},
		async trainStep() {
			const { config, parameters, batch, acts, scored, dlogProbs, dlogits, gradients, scratch } = s;
			const logProbs = new Float64Array(scored.count);
			forward(config, parameters, batch, acts);
			tokenLogProbs(logProbs, new Float64Array(scored.count), acts.logits, config.vocabSize, scored);
			dlogits.fill(0);
			tokenLogProbsBackward(dlogits, acts.logits, config.vocabSize, scored, dlogProbs, null);
			gradients.fill(0);
			backward(config, parameters, batch, acts, dlogits, null, gradients, scratch);
			adamwStep(s.layout, parameters, gradients, s.adam, OPTIMIZER, OPTIMIZER.learningRate);
			return logProbs.reduce((sum, lp, i) => sum + lp * dlogProbs[i], 0);
		},
		async rollout(seed) {
			const { config, parameters, batch } = s;
			const { B, N } = batch;
			const decoder = new Decoder(config, parameters, B, N);
			const sampler = new TokenSampler(config.vocabSize, { temperature: 1, topK: 0, topP: 1 });
			const legal = new Float32Array(config.vocabSize).fill(1);
			const logits = new Float64Array(config.vocabSize);
			const tokens = new Int32Array(B * N);
			const logProbs = new Float64Array(B * N);
			const draw = { token: 0, logProb: 0, entropy: 0 };
			for (let b = 0; b < B; b++) {
				const key = rolloutKey(seed, 0, 0, b);
				draw.token = 0;
				for (let t = 0; t < N; t++) {
					decoder.advance(b, draw.token, logits);
					sampler.draw(logits, legal, 0, key, t + 1, draw);
					tokens[b * N + t] = draw.token;
					logProbs[b * N + t] = draw.logProb;
				}
			}
			return { tokens, logProbs };
		},
	};
}
