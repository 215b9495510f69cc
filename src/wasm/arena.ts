import { type ModelConfig, type ParameterLayout, parameterLayout } from "../engine/model/config";
import type { TrainingPlan } from "../engine/training/executor";
import { Slot } from "./assembly/slots";
import { ARENA_START } from "./module";

/** Rows that one chunk of sequences should have: its working set then stays in the second-level cache. */
const CHUNK_ROWS = 128;
/**
 * Gradient sums kept apart and added in order at the end. Their number is part of what a fingerprint certifies: it fixes the order of
 * summation whatever the number of threads, and bounds how many of them can work.
 */
export const LANES = 8;

/** Floats of the tile that a thread spills to. */
const SPILL = 32;

const ABSENT = 0xffffffff;
const up8 = (n: number) => Math.ceil(n / 8) * 8;
const up4 = (n: number) => Math.ceil(n / 4) * 4;

/** Where everything lies in the module's memory. */
export interface Arena {
	/** Address of the table that `configure` reads, and its words. */
	readonly table: number;
	readonly words: Uint32Array;
	/** Flat parameters and packed forward weights of the policy and of the reference. */
	readonly policy: { readonly flat: number; readonly packed: number };
	readonly reference: { readonly flat: number; readonly packed: number };
	readonly layout: ParameterLayout;
	readonly lanes: number;
	/** Sequences in a chunk. */
	readonly chunkSequences: number;
	/** Words by which threads agree on who does what; see `crew.ts`. */
	readonly control: number;
	/** End of the arena in bytes. */
	readonly bytes: number;
}

type SlotName = Exclude<keyof typeof Slot, "COUNT">;

/** Hands out addresses, 64 bytes apart at least, so that threads do not share cache lines at the seams. */
class Allocator {
	next = ARENA_START;
	take(words: number): number {
		const at = this.next;
		this.next = Math.ceil((at + 4 * words + 64) / 64) * 64;
		return at;
	}
}

/** Lays out one memory for a plan: every buffer that rollouts and steps will touch. */
export function layArena(plan: TrainingPlan, threads: number): Arena {
	const { model } = plan;
	const layout = parameterLayout(model);
	const B = plan.prompts * plan.groupSize;
	const N = plan.maxPromptLength + plan.maxResponseLength;
	const chunkSequences = Math.max(1, Math.floor(CHUNK_ROWS / N));
	const chunkRows = chunkSequences * N;
	const memory = new Allocator();
	const words = new Uint32Array(Slot.COUNT as number).fill(ABSENT);
	const set = (values: Partial<Record<SlotName, number>>) => {
		for (const [name, value] of Object.entries(values)) words[Slot[name as SlotName]] = value;
	};
	const table = memory.take(words.length);
	const control = memory.take(64);
	set(sizes(plan, N));
	set(tensorOffsets(model, layout));
	const { forward, backward } = packedFloats(model);
	const policy = { flat: memory.take(layout.size), packed: memory.take(forward) };
	const reference = plan.reference
		? { flat: memory.take(layout.size), packed: memory.take(forward) }
		: { flat: 0, packed: 0 };
	set({
		gradients: memory.take(LANES * layout.size),
		firstMoment: memory.take(layout.size),
		secondMoment: memory.take(layout.size),
		packedBackward: memory.take(backward),
		chunkRows,
	});
	set(activations(model, memory, B, N));
	set(rolloutBuffers(plan, memory, B, N));
	const scratch = scratchFloats(model, chunkRows, N);
	set({ scratchBytes: 4 * Math.ceil(scratch / 16) * 16 });
	set({ scratch: memory.take((threads * words[Slot.scratchBytes]!) / 4) });
	return { table, words, control, policy, reference, layout, lanes: LANES, chunkSequences, bytes: memory.next + 256 };
}

function sizes(plan: TrainingPlan, context: number): Partial<Record<SlotName, number>> {
	const { layers, width, heads, vocabSize: vocab } = plan.model;
	return {
		layers,
		width,
		heads,
		vocab,
		context,
		groupSize: plan.groupSize,
		promptCapacity: plan.maxPromptLength,
		responseCapacity: plan.maxResponseLength,
		topK: plan.sampling.topK,
		branching: plan.sampling.branching ?? 1,
		segment: plan.sampling.segment ?? 1,
		flatBytes: 4 * parameterLayout(plan.model).size,
	};
}

const BLOCK_TENSORS = {
	norm1Weight: "ln_1.weight",
	norm1Bias: "ln_1.bias",
	qkvWeight: "attn.c_attn.weight",
	qkvBias: "attn.c_attn.bias",
	attentionWeight: "attn.c_proj.weight",
	attentionBias: "attn.c_proj.bias",
	norm2Weight: "ln_2.weight",
	norm2Bias: "ln_2.bias",
	fcWeight: "mlp.c_fc.weight",
	fcBias: "mlp.c_fc.bias",
	projectionWeight: "mlp.c_proj.weight",
	projectionBias: "mlp.c_proj.bias",
} as const;

/** Byte offsets of the tensors in a flat buffer; blocks lie equally far apart. */
function tensorOffsets(model: ModelConfig, layout: ParameterLayout): Partial<Record<SlotName, number>> {
	const offsets = new Map(layout.tensors.map(({ name, offset }) => [name, 4 * offset]));
	const of = (name: string) => offsets.get(name) ?? ABSENT;
	const inBlock = (l: number, name: string) => of(`transformer.h.${l}.${name}`);
	return {
		tokenEmbedding: of("transformer.wte.weight"),
		positionEmbedding: of("transformer.wpe.weight"),
		finalNormWeight: of("transformer.ln_f.weight"),
		finalNormBias: of("transformer.ln_f.bias"),
		head: of(model.tiedHead ? "transformer.wte.weight" : "lm_head.weight"),
		headBias: of("lm_head.bias"),
		valueWeight: of("value_head.weight"),
		valueBias: of("value_head.bias"),
		blockBytes: model.layers > 1 ? inBlock(1, "ln_1.weight") - inBlock(0, "ln_1.weight") : 0,
		...Object.fromEntries(Object.entries(BLOCK_TENSORS).map(([slot, name]) => [slot, inBlock(0, name)])),
	};
}

/** Floats of all packed weights, in the order of `assembly/transformer.ts`. */
function packedFloats({ layers, width: d, vocabSize: V }: ModelConfig): { forward: number; backward: number } {
	const forwardBlock = (up8(3 * d) + up8(d) + up8(4 * d) + 4 * up8(d)) * d;
	const backwardBlock = up8(d) * 8 * d + up8(4 * d) * d;
	return {
		forward: layers * forwardBlock + up8(V) * d + 8 * d,
		backward: layers * backwardBlock + up8(d) * V + up8(d),
	};
}

/** What the forward pass keeps for the backward pass, for B sequences of up to N tokens. */
function activations(
	{ layers: L, width: d, heads, vocabSize: V }: ModelConfig,
	memory: Allocator,
	B: number,
	N: number,
): Partial<Record<SlotName, number>> {
	const rows = B * N;
	const perLayer = (columns: number) => memory.take(L * rows * columns);
	const perRow = (columns = 1) => memory.take(rows * columns);
	const attentionFloats = B * heads * N * up8(N);
	return {
		rows,
		tokens: perRow(),
		lengths: memory.take(B),
		rowStarts: memory.take(B + 1),
		xhat1: perLayer(d),
		norm1: perLayer(d),
		rstd1: perLayer(1),
		qkv: perLayer(3 * d),
		attention: memory.take(L * attentionFloats + 8 * up8(N)),
		attentionLayerBytes: 4 * attentionFloats,
		mixed: perLayer(d),
		xhat2: perLayer(d),
		norm2: perLayer(d),
		rstd2: perLayer(1),
		gelu: perLayer(4 * d),
		slope: perLayer(4 * d),
		finalXhat: perRow(d),
		finalNorm: perRow(d),
		finalRstd: perRow(),
		logits: perRow(V),
		targets: perRow(),
		states: perRow(),
		logProbs: perRow(),
		entropies: perRow(),
		values: perRow(),
		dlogProbs: perRow(),
		dentropies: perRow(),
		dvalues: perRow(),
	};
}

/** Machine, request, results and caches of rollouts. */
function rolloutBuffers(
	plan: TrainingPlan,
	memory: Allocator,
	B: number,
	N: number,
): Partial<Record<SlotName, number>> {
	const { layers: L, width: d, vocabSize: V } = plan.model;
	const edges = plan.machine.states * V;
	const { prompts, maxPromptLength: P, maxResponseLength: T } = plan;
	const perToken = () => memory.take(B * T);
	const perRollout = (columns = 1) => memory.take(B * columns);
	return {
		legal: memory.take(edges),
		nextStates: memory.take(edges),
		transitionRewards: memory.take(edges),
		actors: memory.take(Math.ceil(plan.machine.states / 4)),
		promptTokens: memory.take(prompts * P),
		promptLengths: memory.take(prompts),
		startStates: memory.take(prompts),
		responseLimits: memory.take(prompts),
		policyKeys: perRollout(4),
		environmentKeys: perRollout(4),
		outTokens: perToken(),
		outStates: perToken(),
		outMask: perToken(),
		outLogProbs: perToken(),
		outEntropies: perToken(),
		outRewards: perToken(),
		outValues: perToken(),
		outLengths: perRollout(),
		outEnds: perRollout(),
		outBootstraps: perRollout(),
		decodeStream: perRollout(d),
		decodeNorm: perRollout(d),
		decodeXhat: perRollout(d),
		decodeRstd: perRollout(),
		decodeQkv: perRollout(3 * d),
		decodeMixed: perRollout(d),
		decodeHidden: perRollout(4 * d),
		decodeLogits: perRollout(V),
		decodeValues: perRollout(),
		decodeSequences: perRollout(),
		decodeRows: perRollout(),
		keyCache: perRollout(L * d * up8(N)),
		valueCache: perRollout(L * N * d),
	};
}

/** As `configure` hands it out in `assembly/plan.ts`. */
function scratchFloats({ width: d, vocabSize: V }: ModelConfig, rows: number, N: number): number {
	const panels = Math.max(rows, up8(N)) * up8(4 * d) + 64;
	return rows * 6 * d + panels + up8(N) ** 2 + 2 * up4(V) + SPILL + 64;
}
