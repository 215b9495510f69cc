// Sizes and addresses of the compiled plan, read once from the caller's table. See slots.ts for what each means.
import { Slot } from "./slots";
import { setSpill } from "./tile";

export const ABSENT: u32 = 0xffffffff;

export let table: usize = 0;
export let layers: i32 = 0;
export let width: i32 = 0;
export let heads: i32 = 0;
/** Width of a head. */
export let headWidth: i32 = 0;
export let vocab: i32 = 0;
export let context: i32 = 0;
/** Context rounded up to a multiple of eight: stride of attention rows. */
export let padded: i32 = 0;
export let temperature: f32 = 1;

/** Flat parameters and packed forward panels of the policy in use: trained or reference. */
export let parameters: usize = 0;
export let packedForward: usize = 0;

// Scratch of this thread.
/** The residual stream, and in the backward pass its gradient [chunkRows, width]. */
export let stream: usize = 0;
/** Gradient of a LayerNorm output or of the mixed heads [chunkRows, width]. */
export let dnorm: usize = 0;
/** [chunkRows, 4·width] */
export let wide: usize = 0;
/** Packed panels of one operand: [chunkRows, up to 4·width], or of one head. */
export let panels: usize = 0;
/** Attention scores of one head [padded, padded]. */
export let scores: usize = 0;
/** One row of scaled logits, padded to a multiple of four. */
export let rowLogits: usize = 0;
/** Another such row: what top-k and top-p keep. */
export let rowKept: usize = 0;
export let topP: f32 = 1;

@inline export function up4(n: i32): i32 {
	return (n + 3) & ~3;
}

@inline export function up8(n: i32): i32 {
	return (n + 7) & ~7;
}

@inline export function slot(index: i32): u32 {
	return load<u32>(table + (<usize>index << 2));
}

/** Address of row `row` of layer `layer` in a per-layer buffer of `columns` floats a row. */
@inline export function layerRow(index: i32, layer: i32, row: i32, columns: i32): usize {
	return slot(index) + (<usize>(layer * <i32>slot(Slot.rows) + row) * columns << 2);
}

/** Address of row `row` in a buffer of `columns` floats a row. */
@inline export function rowOf(index: i32, row: i32, columns: i32): usize {
	return slot(index) + (<usize>row * columns << 2);
}

/** Address of a tensor of the model in a flat buffer. */
@inline export function tensor(flat: usize, index: i32): usize {
	return flat + slot(index);
}

/** Address of a tensor of block `layer` in a flat buffer. */
@inline export function blockTensor(flat: usize, index: i32, layer: i32): usize {
	return flat + slot(index) + <usize>layer * slot(Slot.blockBytes);
}

@inline export function lengthOf(sequence: i32): i32 {
	return load<i32>(slot(Slot.lengths) + (<usize>sequence << 2));
}

@inline export function rowStart(sequence: i32): i32 {
	return load<i32>(slot(Slot.rowStarts) + (<usize>sequence << 2));
}

/** Reads the table. @param thread which scratch is this instance's. */
export function configure(address: usize, thread: i32, heat: f32, nucleus: f32): void {
	table = address;
	layers = slot(Slot.layers);
	width = slot(Slot.width);
	heads = slot(Slot.heads);
	headWidth = width / heads;
	vocab = slot(Slot.vocab);
	context = slot(Slot.context);
	padded = up8(context);
	temperature = heat;
	topP = nucleus;
	const rows: i32 = slot(Slot.chunkRows);
	stream = slot(Slot.scratch) + <usize>thread * slot(Slot.scratchBytes);
	dnorm = stream + (<usize>rows * width << 2);
	wide = dnorm + (<usize>rows * width << 2);
	panels = wide + (<usize>rows * 4 * width << 2);
	scores = panels + (<usize>(max(rows, padded) * up8(4 * width) + 64) << 2);
	rowLogits = scores + (<usize>padded * padded << 2);
	rowKept = rowLogits + (<usize>up4(vocab) << 2);
	setSpill(rowKept + (<usize>up4(vocab) << 2));
}

/** Chooses the policy that `forward` and `decode` run. */
export function usePolicy(flat: usize, packed: usize): void {
	parameters = flat;
	packedForward = packed;
}
