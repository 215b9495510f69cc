import { InvalidInput } from "../../engine/core/errors";
import { type ModelConfig, type ParameterLayout, parameterLayout } from "../../engine/model/config";
import type { Binding } from "../device/dispatch";
import { USAGE } from "../device/usage";
import type { ModelShape } from "./modelShape";
import {
	type GpuTransformer,
	type ModelState,
	STATUS,
	type TransformerBuffers,
	type TransformerOptions,
} from "./transformer";

/** Everything a compiled transformer reads and writes, made once. */
export interface ModelBuffers {
	readonly shared: TransformerBuffers;
	/** Residual stream before each LayerNorm, each LayerNorm's result, and mean and 1/deviation of its rows; a section each. */
	readonly streams: GPUBuffer;
	readonly norms: GPUBuffer;
	readonly stats: GPUBuffer;
	/** Of each block. */
	readonly qkv: readonly GPUBuffer[];
	readonly mixed: readonly GPUBuffer[];
	readonly logSums: readonly GPUBuffer[];
	readonly hidden: readonly GPUBuffer[];
	readonly gelu: readonly GPUBuffer[];
	/** Gradients of the residual stream, of each LayerNorm's result (a section each), and of what a block computes in between. */
	readonly dx: GPUBuffer;
	readonly dnorms: GPUBuffer;
	readonly dqkv: GPUBuffer;
	readonly dmixed: GPUBuffer;
	readonly dhidden: GPUBuffer;
	/** Sums of weight gradients over slices of the rows, each in the parameter layout. */
	readonly slices: GPUBuffer;
	readonly squares: GPUBuffer;
	/** Bits of the blocks of 64 floats that decay; first floats of each LayerNorm's weight and bias. */
	readonly decays: GPUBuffer;
	readonly places: GPUBuffer;
	/** Stand for bindings that a dispatch does not use. */
	readonly idle: {
		readonly read: GPUBuffer;
		readonly extra: GPUBuffer;
		readonly out: GPUBuffer;
		readonly side: GPUBuffer;
	};
	readonly scratch: GpuTransformer["scratch"];
	section(of: "streams" | "norms" | "dnorms", norm: number): Binding;
	statsSection(norm: number): Binding;
	dispose(): void;
}

/** @throws InvalidInput when a buffer is larger than the adapter binds. */
export function createModelBuffers(device: GPUDevice, shape: ModelShape, options: TransformerOptions): ModelBuffers {
	const { config, layout, rows, norms, B, N } = shape;
	const { width: d, layers } = config;
	const owned: GPUBuffer[] = [];
	const make = bufferMaker(device, owned);
	const perLayer = (label: string, words: number) =>
		Array.from({ length: layers }, (_, l) => make(`${label} of block ${l}`, words));
	const filled = (label: string, words: Uint32Array<ArrayBuffer>) => {
		const buffer = make(label, words.length);
		device.queue.writeBuffer(buffer, 0, words);
		return buffer;
	};
	const state = options.share ?? createState(device, shape.layout, options, make);
	const sections = (label: string) => make(label, norms * shape.section);
	const buffers = {
		shared: {
			...state,
			tokens: make("tokens", B * N),
			lengths: make("lengths", B),
			logits: make("logits", rows * shape.columns),
			dlogits: make("gradient of the logits", rows * shape.columns),
		},
		streams: sections("residual stream"),
		norms: sections("LayerNorm results"),
		stats: make("LayerNorm statistics", norms * shape.statsSection * 2),
		qkv: perLayer("queries, keys and values", rows * 3 * d),
		mixed: perLayer("attention", rows * d),
		logSums: perLayer("attention sums", B * config.heads * N),
		hidden: perLayer("feed-forward hidden", rows * 4 * d),
		gelu: perLayer("feed-forward", rows * 4 * d),
		dx: make("gradient of the residual stream", rows * d),
		dnorms: sections("gradient of the LayerNorm results"),
		dqkv: make("gradient of queries, keys and values", rows * 3 * d),
		dmixed: make("gradient of attention", rows * d),
		dhidden: make("gradient of the feed-forward hidden", rows * 4 * d),
		slices: make("gradient slices", shape.slices * layout.size),
		squares: make("gradient squares", layout.size / 64),
		decays: filled("decay", decayBits(shape)),
		places: filled("LayerNorm places", normPlaces(shape)),
		idle: { read: make("idle", 64), extra: make("idle", 64), out: make("idle", 64), side: make("idle", 64) },
	};
	const { streams, norms: results, stats, dx, dnorms, dqkv, dmixed, dhidden, squares } = buffers;
	const { qkv, mixed, logSums, hidden, gelu } = buffers;
	return {
		...buffers,
		scratch: [
			...[streams, results, stats, dx, dnorms, dmixed, dhidden, squares, ...qkv, ...logSums, ...hidden, ...gelu].map(
				(buffer) => ({ buffer, words: buffer.size / 4 }),
			),
			...mixed.map((buffer) => ({ buffer, words: B * N * d })),
			{ buffer: dqkv, words: B * N * 3 * d },
		],
		section: (of, norm) => ({ buffer: buffers[of], offset: norm * shape.section * 4, size: rows * d * 4 }),
		statsSection: (norm) => ({ buffer: buffers.stats, offset: norm * shape.statsSection * 8, size: rows * 8 }),
		dispose() {
			for (const buffer of owned) buffer.destroy();
		},
	};
}

type MakeBuffer = (label: string, words: number, usage?: number) => GPUBuffer;

/** Makes buffers and keeps them in `owned`; those are destroyed when one does not fit. */
function bufferMaker(device: GPUDevice, owned: GPUBuffer[]): MakeBuffer {
	const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
	return (label, words, usage = USAGE.storage) => {
		const size = Math.max(words * 4, 256);
		if (size > most) {
			for (const buffer of owned) buffer.destroy();
			throw new InvalidInput(
				`The model needs ${size} bytes for ${label} and the adapter binds ${most}; use a smaller batch or model.`,
			);
		}
		const buffer = device.createBuffer({ label, size, usage: usage | USAGE.copySource | USAGE.copyTarget });
		owned.push(buffer);
		return buffer;
	};
}

/**
 * What outlives a batch, made before any transformer that shares it, so that all of them compile at the same time.
 * @throws InvalidInput when the adapter cannot bind the parameters.
 */
export function createModelState(
	device: GPUDevice,
	config: ModelConfig,
	options: Pick<TransformerOptions, "controlSlots" | "reference">,
): { readonly state: ModelState; dispose(): void } {
	const owned: GPUBuffer[] = [];
	const state = createState(device, parameterLayout(config), options, bufferMaker(device, owned));
	return {
		state,
		dispose() {
			for (const buffer of owned) buffer.destroy();
		},
	};
}

function createState(
	device: GPUDevice,
	layout: ParameterLayout,
	{ controlSlots = 1, reference = false }: Pick<TransformerOptions, "controlSlots" | "reference">,
	make: MakeBuffer,
): ModelState {
	const control = controlSlots * device.limits.minUniformBufferOffsetAlignment;
	return {
		parameters: make("parameters", layout.size),
		gradients: make("gradients", layout.size),
		firstMoment: make("first moment", layout.size),
		secondMoment: make("second moment", layout.size),
		reference: reference ? make("reference parameters", layout.size) : null,
		status: make("status", STATUS.length),
		control: make("control", control / 4, USAGE.uniform),
	};
}

function decayBits({ layout }: ModelShape): Uint32Array<ArrayBuffer> {
	const bits = new Uint32Array(Math.ceil(layout.size / 64 / 32));
	for (const { offset, length, decay } of layout.tensors)
		if (decay)
			for (let block = offset / 64; block < Math.ceil((offset + length) / 64); block++)
				bits[block >>> 5]! |= 1 << (block & 31);
	return bits;
}

function normPlaces({ config, layout }: ModelShape): Uint32Array<ArrayBuffer> {
	const at = new Map(layout.tensors.map((t) => [t.name, t.offset]));
	return Uint32Array.from(
		normNames(config.layers).flatMap((name) => [at.get(`${name}.weight`)!, at.get(`${name}.bias`)!]),
	);
}

/** LayerNorms in forward order. */
export function normNames(layers: number): string[] {
	const blocks = Array.from({ length: layers }, (_, l) => [`transformer.h.${l}.ln_1`, `transformer.h.${l}.ln_2`]);
	return [...blocks.flat(), "transformer.ln_f"];
}
