// Our WebGPU executor's transformer and rollouts.

import { STREAMS } from "../../src/engine/core/rng";
import { parameterLayout } from "../../src/engine/model/config";
import { packTensors } from "../../src/engine/model/parameters";
import { openDevice } from "../../src/gpu/device/adapter";
import { DispatchCompiler } from "../../src/gpu/device/dispatch";
import { Readback } from "../../src/gpu/device/readback";
import { createGpuTransformer } from "../../src/gpu/model/createTransformer";
import { createWeightedLoss } from "../../src/gpu/model/weightedLoss";
import { GpuRollouts } from "../../src/gpu/rollout/gpuRollouts";
import { chooseRolloutOptions } from "../../src/gpu/rollout/rolloutChoice";
import { ADAM, inputsAndTargets } from "./job.js";
import { freePlan } from "./wasm.js";

export function ascribeContender() {
	let s;
	return {
		name: "ascribe",
		async load(job) {
			const { device, software } = await openDevice(navigator.gpu);
			const compiler = new DispatchCompiler(device);
			const { batch: B, length: N } = job.size;
			const free = freePlan(job);
			// Rollouts hold their prompt, one token, before what they sample.
			const config = { ...free.model, contextLength: N + 1 };
			const plan = { ...free, model: config };
			const variant = software ? "registers" : "tiles";
			const model = await createGpuTransformer(device, config, {
				B,
				N,
				variant,
				optimizer: plan.optimizer,
				compiler,
			});
			const loss = await createWeightedLoss(compiler, model);
			const { parameters, tokens, lengths, control } = model.buffers;
			const write = (buffer, data) => device.queue.writeBuffer(buffer, 0, data);
			const { inputs, targets } = inputsAndTargets(job);
			const packed = packTensors(parameterLayout(config), new Map(Object.entries(job.weights)));
			write(parameters, Float32Array.from(packed));
			write(tokens, inputs);
			write(lengths, new Uint32Array(B).fill(N));
			write(control, Float32Array.of(ADAM.learningRate, 0, 0, 0));
			loss.write(
				Uint32Array.from(targets),
				Float32Array.from(job.advantages, (a) => a / (B * N)),
			);
			const rollouts = await GpuRollouts.create(
				compiler,
				plan,
				parameters,
				chooseRolloutOptions(plan, software, false),
			);
			s = { device, model, loss, rollouts, readback: new Readback(device), B };
		},
		async trainStep() {
			const { device, model, loss, readback } = s;
			const encoder = device.createCommandEncoder();
			const pass = encoder.beginComputePass();
			model.encodeForward(pass);
			loss.encode(pass);
			model.encodeBackward(pass);
			model.encodeUpdate(pass);
			pass.end();
			const arrive = readback.copy(encoder, [loss.losses]);
			device.queue.submit([encoder.finish()]);
			const [words] = await arrive();
			return new Float32Array(words.buffer).reduce((sum, share) => sum + share, 0);
		},
		async rollout(seed) {
			const { rollouts, B } = s;
			rollouts.sample({
				step: seed,
				stream: STREAMS.sample,
				promptTokens: new Int32Array(B),
				promptLengths: new Int32Array(B).fill(1),
				startStates: new Uint32Array(B),
			});
			return (await rollouts.read()).record;
		},
	};
}
