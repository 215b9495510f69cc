import type { ModelFile } from "../engine/formats/modelFile";
import type { WeightedSequence } from "../engine/formats/weightedSequences";
import { createActivations } from "../engine/model/activations";
import { adamwStep, createAdamState } from "../engine/model/adamw";
import { type ModelConfig, parameterLayout } from "../engine/model/config";
import { forward } from "../engine/model/forward";
import { weightedLogProbLoss } from "../engine/model/weightedLoss";
import type { OptimizerPlan } from "../engine/training/executor";
import { openDevice } from "../gpu/device/adapter";
import { GpuModel } from "../gpu/model/gpuModel";
import type { Args } from "./args";
import type { OptionSpec } from "./command";
import { nodeGpu } from "./nodeGpu";

/** Options that every command on a checkpoint has. */
export const MODEL_OPTIONS: readonly OptionSpec[] = [
	{ name: "heads", value: "N", help: "Number of attention heads, where the file's metadata (n_head) does not say." },
	{
		name: "backend",
		value: "gpu|cpu",
		help: "Where to compute: gpu in float32, on any adapter, or cpu, the float64 reference (cpu).",
	},
];

/** The backend that `--backend` names. */
export async function openModelBackend(args: Args, model: ModelFile): Promise<ModelBackend> {
	return args.choice("backend", ["gpu", "cpu"]) === "gpu" ? gpuModelBackend(model) : cpuModelBackend(model);
}

/** What `forward` and `fit` ask of a model, wherever it runs. */
export interface ModelBackend {
	/** Logits `[T·V]` of one sequence, and attention weights `[L][H·T·T]` where asked for. */
	run(tokens: Int32Array, attention: boolean): Promise<{ logits: ArrayLike<number>; attention: ArrayLike<number>[] }>;
	/** −Σ mask·A·log p / Σ mask, and its gradient, flat in the parameter layout. */
	gradient(data: readonly WeightedSequence[]): Promise<{ loss: number; gradients: Float32Array | Float64Array }>;
	/** One AdamW step on that loss; returns the loss before it. */
	step(data: readonly WeightedSequence[], optimizer: OptimizerPlan): Promise<number>;
	parameters(): Promise<Float32Array | Float64Array>;
	dispose(): void | Promise<void>;
}

/** Kernels, on a hardware adapter where there is one. @throws InvalidInput when there is none, or the model does not fit it. */
async function gpuModelBackend({ config, parameters }: ModelFile): Promise<ModelBackend> {
	const { device, software } = await openDevice(await nodeGpu());
	const model = await GpuModel.open(device, config, parameters, software ? "registers" : "tiles");
	return {
		run: (tokens, attention) => model.run(tokens, attention),
		gradient: (data) => model.gradient(data),
		step: (data, optimizer) => model.step(data, optimizer),
		parameters: () => model.parameters(),
		async dispose() {
			await model.dispose();
			device.destroy();
		},
	};
}

/** The float64 reference. */
function cpuModelBackend({ config, parameters: initial }: ModelFile): ModelBackend {
	const parameters = initial.slice();
	const gradients = new Float64Array(parameters.length);
	const state = createAdamState(parameters.length);
	return {
		run: async (tokens, attention) => runSequence(config, parameters, tokens, attention),
		gradient: async (data) => ({ loss: weightedLogProbLoss(config, parameters, data, gradients), gradients }),
		async step(data, optimizer) {
			const loss = weightedLogProbLoss(config, parameters, data, gradients);
			adamwStep(parameterLayout(config), parameters, gradients, state, optimizer, optimizer.learningRate);
			return loss;
		},
		parameters: async () => parameters,
		dispose: () => {},
	};
}

function runSequence(config: ModelConfig, parameters: Float64Array, tokens: Int32Array, attention: boolean) {
	const T = tokens.length;
	const acts = createActivations(config, 1, T);
	forward(config, parameters, { B: 1, N: T, tokens, lengths: Int32Array.of(T) }, acts);
	return { logits: acts.logits, attention: attention ? acts.blocks.map((b) => b.attention) : [] };
}
