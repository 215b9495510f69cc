// Host time of a training step: encoded and submitted on Dawn's null device, where commands cost and do nothing.
import { create } from "webgpu";
import { DispatchCompiler } from "../../src/gpu/device/dispatch";
import { createGpuTransformer } from "../../src/gpu/model/createTransformer";
import { createWeightedLoss } from "../../src/gpu/model/weightedLoss";

const STEPS = 300;
/** As in the README of this folder. */
const SIZES = {
	small: { layers: 2, width: 64, heads: 4, vocab: 32, length: 32, batch: 64 },
	large: { layers: 4, width: 128, heads: 4, vocab: 64, length: 64, batch: 64 },
};
const gpu = create(["backend=null"]);

for (const [name, { layers, width, heads, vocab, length, batch }] of Object.entries(SIZES)) {
	const adapter = await gpu.requestAdapter();
	if (!adapter) throw new Error("Dawn has no null adapter here.");
	const device = await adapter.requestDevice({
		requiredLimits: { maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize },
	});
	const config = { vocabSize: vocab, contextLength: length, layers, width, heads };
	const compiler = new DispatchCompiler(device);
	const model = await createGpuTransformer(
		device,
		{ ...config, headBias: false, tiedHead: false, valueHead: false },
		{
			B: batch,
			N: length,
			variant: "registers",
			compiler,
			optimizer: {
				learningRate: 1e-3,
				beta1: 0.9,
				beta2: 0.95,
				eps: 1e-8,
				weightDecay: 0,
				clipNorm: 1,
				warmupSteps: 0,
				decaySteps: 0,
				finalFraction: 1,
			},
		},
	);
	const loss = await createWeightedLoss(compiler, model);
	const control = new Float32Array(4);
	const times: number[] = [];
	for (let step = 0; step < STEPS; step++) {
		const start = performance.now();
		device.queue.writeBuffer(model.buffers.control, 0, control);
		const encoder = device.createCommandEncoder();
		const pass = encoder.beginComputePass();
		model.encodeForward(pass);
		loss.encode(pass);
		model.encodeBackward(pass);
		model.encodeUpdate(pass);
		pass.end();
		device.queue.submit([encoder.finish()]);
		await device.queue.onSubmittedWorkDone();
		times.push(performance.now() - start);
	}
	times.sort((a, b) => a - b);
	const { forward, backward, update } = model.dispatches;
	const at = (share: number) => times[Math.floor(share * (STEPS - 1))]!.toFixed(3);
	console.log(
		`${name}: ${forward + 1 + backward + update} dispatches, 1 submit; host ms per step: median ${at(0.5)}, fastest tenth ${at(0.1)}`,
	);
	loss.dispose();
	model.dispose();
}
process.exit(0);
