import { chosenHeads, chosenLayers, type FlowReading } from "../../engine/signals/attention";
import { checkBinding } from "../device/checkBinding";
import { type Dispatch, type DispatchCompiler, type DispatchPass, encodeDispatch } from "../device/dispatch";
import type { Kernel } from "../device/kernel";
import { USAGE } from "../device/usage";
import type { GpuTransformer } from "../model/transformer";
import { ROWS, type RolloutShape } from "../rollout/rolloutBuffers";
import flowSource from "../shaders/attentionFlow.wgsl?raw";
import headsSource from "../shaders/attentionHeads.wgsl?raw";
import signalsSource from "../shaders/attentionSignals.wgsl?raw";

const FLOW: Kernel = {
	name: "attentionFlow",
	source: flowSource,
	bindings: ["read", "read", "read", "read", "write", "position"],
};
const HEADS: Kernel = { name: "attentionHeads", source: headsSource, bindings: ["read", "read", "write"] };
const SIGNALS: Kernel = { name: "attentionSignals", source: signalsSource, bindings: ["read", "read", "write"] };

/** What the reduction of attention reads and writes. */
export interface AttentionPlace {
	/** Of minibatches: its rows, and queries, keys and log-sums as a forward pass leaves them. */
	readonly model: GpuTransformer;
	readonly shape: RolloutShape;
	readonly groupSize: number;
	readonly request: GPUBuffer;
	readonly rows: GPUBuffer;
	/** First floats of `waad` and `fai` `[B·T]` in `signals`. */
	readonly signals: GPUBuffer;
	readonly waad: number;
	readonly fai: number;
	/** Lanes of the one workgroup that chooses heads. */
	readonly lanes: number;
}

/** Attention of a rollout batch reduced to two numbers a token, compiled once. */
export interface AttentionSignals {
	/** Mean distance of each head that is read, then 1 for local heads, then 1 for global ones: float32 `[3·heads]`. */
	readonly heads: GPUBuffer;
	/** For each minibatch, and after the last of them. */
	readonly dispatches: { readonly rows: number; readonly choice: number };
	/** After a forward pass of the policy over a minibatch. @param offset of its control slot, bytes. */
	encodeRows(pass: DispatchPass, offset: number): void;
	/** After all minibatches: chooses heads by the whole batch and writes the signals. */
	encodeChoice(pass: DispatchPass): void;
	dispose(): void;
}

/**
 * Compiles what `attentionFlow` computes from whole maps, without storing one: a dispatch a block reduces each head's attention at each
 * token to three numbers, one more chooses the heads, one averages over them.
 * @throws InvalidInput where the adapter cannot bind three numbers a head and token.
 */
export async function createAttentionSignals(
	compiler: DispatchCompiler,
	reading: FlowReading,
	place: AttentionPlace,
): Promise<AttentionSignals> {
	const { model, shape, groupSize, request, signals, lanes } = place;
	const { B, T } = shape;
	const layers = chosenLayers(model.config.layers, reading.layers);
	const all = layers.length * model.config.heads;
	const flow = checkBinding(compiler.device, "the attention of every head", 3 * all * B * T);
	const made = [flow, 3 * all].map((words) => storage(compiler.device, words));
	const [flows, heads] = made as [GPUBuffer, GPUBuffer];
	const batch = { ALL_HEADS: all, B, T };
	const choice = { ...batch, COUNT: chosenHeads(all, reading.share) };
	const slot = { buffer: model.buffers.control, offset: 0, size: 16 };
	const blocks = layers.map((layer, k) => {
		const { qkv, logSums } = model.attention[layer]!;
		const constants = {
			...batch,
			...flowConstants(reading, model),
			GROUP: groupSize,
			FIRST_HEAD: k * model.config.heads,
		};
		const groups = Math.ceil((model.B * model.config.heads * T) / 64);
		const bound = [qkv, logSums, model.buffers.lengths, request, flows, slot];
		return compiler.dispatch(FLOW, constants, bound, Math.min(groups, 32768), Math.ceil(groups / 32768));
	});
	const lengths = ROWS.length * shape.rowSection;
	const [rows, choose, mean] = await Promise.all([
		Promise.all(blocks),
		compiler.dispatch(HEADS, { ...choice, LENGTHS: lengths, LANES: lanes }, [flows, place.rows, heads], 1),
		compiler.dispatch(
			SIGNALS,
			{ ...choice, WAAD: place.waad, FAI: place.fai },
			[flows, heads, signals],
			Math.ceil((B * T) / 64),
		),
	]);
	return replayOf(rows, [choose, mean], heads, made);
}

const storage = (device: GPUDevice, words: number) =>
	device.createBuffer({
		label: "attention flow",
		size: 4 * Math.max(words, 64),
		usage: USAGE.storage | USAGE.copySource,
	});

function flowConstants({ window, from, to, keys }: FlowReading, { config, N, B }: GpuTransformer) {
	const { heads, width } = config;
	const model = { HEADS: heads, POSITIONS: N, CHANNELS: width / heads, ROWS: B };
	return { ...model, WINDOW: window, FROM: from, TO: to, PROMPT: keys === "all" };
}

function replayOf(
	rows: readonly Dispatch[],
	choice: readonly Dispatch[],
	heads: GPUBuffer,
	buffers: readonly GPUBuffer[],
): AttentionSignals {
	return {
		heads,
		dispatches: { rows: rows.length, choice: choice.length },
		encodeRows(pass, offset) {
			for (const dispatch of rows) encodeDispatch(pass, dispatch, offset);
		},
		encodeChoice(pass) {
			for (const dispatch of choice) encodeDispatch(pass, dispatch);
		},
		dispose() {
			for (const buffer of buffers) buffer.destroy();
		},
	};
}
