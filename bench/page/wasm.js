// Our WebAssembly executor's learner and sampler.

import { STREAMS } from "../../src/engine/core/rng";
import { parameterLayout } from "../../src/engine/model/config";
import { packTensors } from "../../src/engine/model/parameters";
import { sequenceBlock } from "../../src/engine/training/sequences";
import { WasmCore } from "../../src/wasm/core";
import { WasmLearner } from "../../src/wasm/wasmLearner";
import { WasmSampler } from "../../src/wasm/wasmSampler";
import { ADAM } from "./job.js";
import { modelConfig } from "./reference.js";

/** One state, every token legal, no end: rollouts run to the limit. */
function freeMachine(V) {
	const zeros = () => new Float32Array(V);
	return {
		states: 1,
		vocabSize: V,
		actor: new Uint8Array(1),
		next: new Uint32Array(V),
		reward: zeros(),
		weight: zeros().fill(1),
		success: new Uint8Array(1),
		start: Uint32Array.of(0),
	};
}

/** A plan for the job: one token of prompt, then free rollouts to the limit. */
export function freePlan({ size }) {
	const { batch, length, vocab } = size;
	return {
		model: modelConfig(size),
		prompts: batch,
		groupSize: 1,
		maxPromptLength: 1,
		maxResponseLength: length,
		sampling: { temperature: 1, topK: 0, topP: 1 },
		machine: freeMachine(vocab),
		method: { id: "none", params: {} },
		loss: { id: "none", params: {} },
		optimizer: { ...ADAM, weightDecay: 0, clipNorm: 0, warmupSteps: 0, decaySteps: 0, finalFraction: 1 },
		epochs: 1,
		minibatches: 1,
		reference: false,
		seed: 1,
	};
}

/** Sequences [B, T + 1]: the first token is the prompt, the rest is scored. */
function wholeBlock(plan, { size: { batch: B, length: T }, tokens }) {
	const promptTokens = Int32Array.from({ length: B }, (_, b) => tokens[b * (T + 1)]);
	const response = new Int32Array(B * T);
	for (let b = 0; b < B; b++) response.set(tokens.subarray(b * (T + 1) + 1, (b + 1) * (T + 1)), b * T);
	return sequenceBlock(
		plan,
		{ promptTokens, promptLengths: new Int32Array(B).fill(1), rowsPerPrompt: 1 },
		{
			tokens: response,
			lengths: new Int32Array(B).fill(T),
			states: new Uint32Array(B * T),
			mask: new Uint8Array(B * T).fill(1),
		},
		0,
		B,
	);
}

export function wasmContender(threads = 1) {
	let s;
	return {
		name: threads > 1 ? `ascribe wasm, ${threads} threads` : "ascribe wasm, 1 thread",
		async load(job) {
			const plan = freePlan(job);
			const core = await WasmCore.open(plan, { threads });
			const layout = parameterLayout(plan.model);
			const zeros = () => new Float32Array(layout.size);
			const learner = new WasmLearner(core);
			const parameters = Float32Array.from(packTensors(layout, new Map(Object.entries(job.weights))));
			learner.upload({ parameters, firstMoment: zeros(), secondMoment: zeros(), step: 0 });
			const { batch: B, length: T } = job.size;
			s = {
				job,
				learner,
				sampler: new WasmSampler(core),
				block: wholeBlock(plan, job),
				gradients: {
					dlogProbs: Float64Array.from(job.advantages, (a) => -a / (B * T)),
					dentropy: null,
					dvalues: null,
				},
			};
		},
		async trainStep() {
			const { logProbs } = s.learner.score(s.block);
			s.learner.learn(s.block, s.gradients, ADAM.learningRate);
			return logProbs.reduce((sum, lp, i) => sum + lp * s.gradients.dlogProbs[i], 0);
		},
		async rollout(seed) {
			const { batch: B } = s.job.size;
			return s.sampler.sample({
				step: seed,
				stream: STREAMS.sample,
				promptTokens: new Int32Array(B),
				promptLengths: new Int32Array(B).fill(1),
				startStates: new Uint32Array(B),
			});
		},
	};
}
