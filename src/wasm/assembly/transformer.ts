// Forward and backward pass over chunks of sequences. A chunk's rows are its tokens, without gaps. What a chunk leaves behind
// depends on nothing but its own sequences, so chunks may run in any order on any thread.
import { attendBackward, attendForward, headWeights } from "./attention";
import { classifierBackward, classifierForward, has } from "./classifier";
import { gelu, scaleBy } from "./gelu";
import { layerNormBackward, layerNormForward, layerNormGradient } from "./layerNorm";
import { addColumnSums, addOuterProduct, multiply, packPlain, packTransposed } from "./matmul";
import {
	blockTensor, dnorm, headWidth, heads, layerRow, layers, lengthOf, packedForward, panels, parameters, rowOf,
	rowStart, slot, stream, tensor, up8, vocab, wide, width,
} from "./plan";
import { Slot } from "./slots";
import { FROM_BIAS, FROM_OUTPUT, FROM_ZERO } from "./tile";

// Packed weights: per block qkv, attention, fc, projection; then head, then value head. In floats.
@inline function forwardBlock(): i32 {
	return up8(3 * width) * width + up8(width) * width + up8(4 * width) * width + up8(width) * 4 * width;
}
@inline function backwardBlock(): i32 {
	return up8(width) * 3 * width + up8(width) * width + up8(width) * 4 * width + up8(4 * width) * width;
}
@inline export function forwardWeight(index: i32, layer: i32): usize {
	let at = layer * forwardBlock();
	if (index > 0) at += up8(3 * width) * width;
	if (index > 1) at += up8(width) * width;
	if (index > 2) at += up8(4 * width) * width;
	return packedForward + (<usize>at << 2);
}
@inline function backwardWeight(index: i32, layer: i32): usize {
	let at = layer * backwardBlock();
	if (index > 0) at += up8(width) * 3 * width;
	if (index > 1) at += up8(width) * width;
	if (index > 2) at += up8(width) * 4 * width;
	return slot(Slot.packedBackward) + (<usize>at << 2);
}
@inline export function packedHead(): usize {
	return packedForward + (<usize>(layers * forwardBlock()) << 2);
}
@inline export function packedValue(): usize {
	return packedHead() + (<usize>(up8(vocab) * width) << 2);
}
@inline function backwardHead(): usize {
	return slot(Slot.packedBackward) + (<usize>(layers * backwardBlock()) << 2);
}
@inline function backwardValue(): usize {
	return backwardHead() + (<usize>(up8(width) * vocab) << 2);
}

/** Packs the weights of the policy in use for x·Wᵀ. */
export function packForward(): void {
	for (let l = 0; l < layers; l++) {
		packTransposed(forwardWeight(0, l), blockTensor(parameters, Slot.qkvWeight, l), 3 * width, width, width);
		packTransposed(forwardWeight(1, l), blockTensor(parameters, Slot.attentionWeight, l), width, width, width);
		packTransposed(forwardWeight(2, l), blockTensor(parameters, Slot.fcWeight, l), 4 * width, width, width);
		packTransposed(forwardWeight(3, l), blockTensor(parameters, Slot.projectionWeight, l), width, 4 * width, 4 * width);
	}
	packTransposed(packedHead(), tensor(parameters, Slot.head), vocab, width, width);
	if (has(Slot.valueWeight)) packTransposed(packedValue(), tensor(parameters, Slot.valueWeight), 1, width, width);
}

/** Packs the weights of the policy in use for dy·W. */
export function packBackward(): void {
	for (let l = 0; l < layers; l++) {
		packPlain(backwardWeight(0, l), blockTensor(parameters, Slot.qkvWeight, l), 3 * width, width, width);
		packPlain(backwardWeight(1, l), blockTensor(parameters, Slot.attentionWeight, l), width, width, width);
		packPlain(backwardWeight(2, l), blockTensor(parameters, Slot.fcWeight, l), 4 * width, width, width);
		packPlain(backwardWeight(3, l), blockTensor(parameters, Slot.projectionWeight, l), width, 4 * width, 4 * width);
	}
	packPlain(backwardHead(), tensor(parameters, Slot.head), vocab, width, width);
	if (has(Slot.valueWeight)) packPlain(backwardValue(), tensor(parameters, Slot.valueWeight), 1, width, width);
}

/** out = wte[token] + wpe[position], one row. */
export function embedRow(out: usize, token: i32, position: i32): void {
	let a = tensor(parameters, Slot.tokenEmbedding) + (<usize>token * width << 2);
	let b = tensor(parameters, Slot.positionEmbedding) + (<usize>position * width << 2);
	addRows(out, a, b, width);
}

/** out = a + b, elementwise. */
function addRows(out: usize, a: usize, b: usize, count: i32): void {
	let i = 0;
	for (; i + 4 <= count; i += 4, a += 16, b += 16, out += 16) v128.store(out, f32x4.add(v128.load(a), v128.load(b)));
	for (; i < count; i++, a += 4, b += 4, out += 4) store<f32>(out, load<f32>(a) + load<f32>(b));
}

@inline function tokenAt(sequence: i32, t: i32): i32 {
	return load<i32>(slot(Slot.tokens) + (<usize>(sequence * <i32>slot(Slot.context) + t) << 2));
}

/** Logits, values, log-probabilities and entropies of sequences [begin, end). */
export function forwardChunk(begin: i32, end: i32): void {
	const first = rowStart(begin);
	const rows = rowStart(end) - first;
	for (let s = begin; s < end; s++)
		for (let t = 0; t < lengthOf(s); t++)
			embedRow(stream + (<usize>((rowStart(s) - first + t) * width) << 2), tokenAt(s, t), t);
	for (let l = 0; l < layers; l++) forwardBlockRows(l, begin, end, first, rows);
	const norm = rowOf(Slot.finalNorm, first, width);
	layerNormForward(
		norm, rowOf(Slot.finalXhat, first, width), rowOf(Slot.finalRstd, first, 1), stream,
		tensor(parameters, Slot.finalNormWeight), tensor(parameters, Slot.finalNormBias), rows, width,
	);
	headForward(rowOf(Slot.logits, first, vocab), norm, rows);
	if (has(Slot.valueWeight)) valueForward(rowOf(Slot.values, first, 1), norm, rows);
	classifierForward(first, first + rows);
}

export function headForward(logits: usize, norm: usize, rows: i32): void {
	const biased = has(Slot.headBias);
	const bias = biased ? tensor(parameters, Slot.headBias) : 0;
	multiply(logits, norm, packedHead(), rows, width, vocab, biased ? FROM_BIAS : FROM_ZERO, bias, 0);
}

export function valueForward(values: usize, norm: usize, rows: i32): void {
	multiply(values, norm, packedValue(), rows, width, 1, FROM_BIAS, tensor(parameters, Slot.valueBias), 0);
}

/** middle = x + attention(norm1(x)), x = middle + MLP(norm2(middle)), in `stream`. */
function forwardBlockRows(l: i32, begin: i32, end: i32, first: i32, rows: i32): void {
	const norm1 = layerRow(Slot.norm1, l, first, width);
	layerNormForward(
		norm1, layerRow(Slot.xhat1, l, first, width), layerRow(Slot.rstd1, l, first, 1), stream,
		blockTensor(parameters, Slot.norm1Weight, l), blockTensor(parameters, Slot.norm1Bias, l), rows, width,
	);
	const qkv = layerRow(Slot.qkv, l, first, 3 * width);
	multiply(qkv, norm1, forwardWeight(0, l), rows, width, 3 * width, FROM_BIAS, blockTensor(parameters, Slot.qkvBias, l), 0);
	const mixed = layerRow(Slot.mixed, l, first, width);
	for (let s = begin; s < end; s++)
		for (let h = 0; h < heads; h++) {
			const row = <usize>(rowStart(s) - first) * width;
			const column = <usize>h * headWidth;
			attendForward(mixed + (row + column << 2), weightsOf(l, s, h), qkv + (3 * row + column << 2), lengthOf(s));
		}
	multiply(stream, mixed, forwardWeight(1, l), rows, width, width, FROM_BIAS, blockTensor(parameters, Slot.attentionBias, l), stream);
	const norm2 = layerRow(Slot.norm2, l, first, width);
	layerNormForward(
		norm2, layerRow(Slot.xhat2, l, first, width), layerRow(Slot.rstd2, l, first, 1), stream,
		blockTensor(parameters, Slot.norm2Weight, l), blockTensor(parameters, Slot.norm2Bias, l), rows, width,
	);
	const hidden = layerRow(Slot.gelu, l, first, 4 * width);
	multiply(hidden, norm2, forwardWeight(2, l), rows, width, 4 * width, FROM_BIAS, blockTensor(parameters, Slot.fcBias, l), 0);
	gelu(hidden, layerRow(Slot.slope, l, first, 4 * width), rows * 4 * width);
	multiply(
		stream, hidden, forwardWeight(3, l), rows, 4 * width, width, FROM_BIAS, blockTensor(parameters, Slot.projectionBias, l), stream,
	);
}

@inline function weightsOf(l: i32, sequence: i32, head: i32): usize {
	return headWeights(slot(Slot.attention) + <usize>l * slot(Slot.attentionLayerBytes), sequence, heads, head);
}

/**
 * Gradients of sequences [begin, end), added to lane `lane`, from dlogProbs, dentropies and dvalues. Reads what `forwardChunk`
 * left for the same sequences and overwrites the logits.
 */
export function backwardChunk(begin: i32, end: i32, lane: i32): void {
	const g = slot(Slot.gradients) + <usize>lane * slot(Slot.flatBytes);
	const first = rowStart(begin);
	const rows = rowStart(end) - first;
	headsBackward(g, first, rows);
	memory.fill(stream, 0, <usize>(rows * width) << 2);
	normBackward(
		rowOf(Slot.finalXhat, first, width), rowOf(Slot.finalRstd, first, 1), tensor(parameters, Slot.finalNormWeight),
		tensor(g, Slot.finalNormWeight), tensor(g, Slot.finalNormBias), rows,
	);
	for (let l = layers - 1; l >= 0; l--) backwardBlockRows(g, l, begin, end, first, rows);
	for (let s = begin; s < end; s++)
		for (let t = 0; t < lengthOf(s); t++) {
			const dx = stream + (<usize>((rowStart(s) - first + t) * width) << 2);
			const token = tensor(g, Slot.tokenEmbedding) + (<usize>(tokenAt(s, t) * width) << 2);
			addRows(token, token, dx, width);
			const position = tensor(g, Slot.positionEmbedding) + (<usize>(t * width) << 2);
			addRows(position, position, dx, width);
		}
}

/** Leaves the gradient of the final LayerNorm's output in `dnorm`. */
function headsBackward(g: usize, first: i32, rows: i32): void {
	classifierBackward(first, first + rows);
	const dlogits = rowOf(Slot.logits, first, vocab);
	const norm = rowOf(Slot.finalNorm, first, width);
	multiply(dnorm, dlogits, backwardHead(), rows, vocab, width, FROM_ZERO, 0, 0);
	addOuterProduct(tensor(g, Slot.head), dlogits, norm, rows, vocab, width, panels);
	if (has(Slot.headBias)) addColumnSums(tensor(g, Slot.headBias), dlogits, rows, vocab);
	if (!has(Slot.valueWeight)) return;
	const dvalues = rowOf(Slot.dvalues, first, 1);
	multiply(dnorm, dvalues, backwardValue(), rows, 1, width, FROM_OUTPUT, 0, 0);
	addOuterProduct(tensor(g, Slot.valueWeight), dvalues, norm, rows, 1, width, panels);
	addColumnSums(tensor(g, Slot.valueBias), dvalues, rows, 1);
}

/** stream += gradient through a LayerNorm whose output gradient is `dnorm`. */
function normBackward(xhat: usize, rstd: usize, weight: usize, dweight: usize, dbias: usize, rows: i32): void {
	layerNormGradient(dweight, dbias, dnorm, xhat, rows, width);
	layerNormBackward(stream, dnorm, xhat, rstd, weight, rows, width);
}

/** One Linear layer: gradients of weight and bias from dy [rows, N] and its input x [rows, K]. */
function linearGradient(weight: usize, bias: usize, dy: usize, x: usize, rows: i32, N: i32, K: i32): void {
	addOuterProduct(weight, dy, x, rows, N, K, panels);
	addColumnSums(bias, dy, rows, N);
}

/** Takes `stream` from the gradient of the block's output to that of its input; residual connections pass it through. */
function backwardBlockRows(g: usize, l: i32, begin: i32, end: i32, first: i32, rows: i32): void {
	const hidden = layerRow(Slot.gelu, l, first, 4 * width);
	multiply(wide, stream, backwardWeight(3, l), rows, width, 4 * width, FROM_ZERO, 0, 0);
	linearGradient(
		blockTensor(g, Slot.projectionWeight, l), blockTensor(g, Slot.projectionBias, l), stream, hidden, rows, width, 4 * width,
	);
	scaleBy(wide, layerRow(Slot.slope, l, first, 4 * width), rows * 4 * width);
	multiply(dnorm, wide, backwardWeight(2, l), rows, 4 * width, width, FROM_ZERO, 0, 0);
	linearGradient(
		blockTensor(g, Slot.fcWeight, l), blockTensor(g, Slot.fcBias, l), wide, layerRow(Slot.norm2, l, first, width), rows, 4 * width, width,
	);
	normBackward(
		layerRow(Slot.xhat2, l, first, width), layerRow(Slot.rstd2, l, first, 1), blockTensor(parameters, Slot.norm2Weight, l),
		blockTensor(g, Slot.norm2Weight, l), blockTensor(g, Slot.norm2Bias, l), rows,
	);
	const mixed = layerRow(Slot.mixed, l, first, width);
	multiply(dnorm, stream, backwardWeight(1, l), rows, width, width, FROM_ZERO, 0, 0);
	linearGradient(
		blockTensor(g, Slot.attentionWeight, l), blockTensor(g, Slot.attentionBias, l), stream, mixed, rows, width, width,
	);
	const qkv = layerRow(Slot.qkv, l, first, 3 * width);
	for (let s = begin; s < end; s++)
		for (let h = 0; h < heads; h++) {
			const row = <usize>(rowStart(s) - first) * width;
			const column = <usize>h * headWidth;
			attendBackward(
				wide + (3 * row + column << 2), dnorm + (row + column << 2), weightsOf(l, s, h), qkv + (3 * row + column << 2), lengthOf(s),
			);
		}
	multiply(dnorm, wide, backwardWeight(0, l), rows, 3 * width, width, FROM_ZERO, 0, 0);
	linearGradient(
		blockTensor(g, Slot.qkvWeight, l), blockTensor(g, Slot.qkvBias, l), wide, layerRow(Slot.norm1, l, first, width), rows, 3 * width, width,
	);
	normBackward(
		layerRow(Slot.xhat1, l, first, width), layerRow(Slot.rstd1, l, first, 1), blockTensor(parameters, Slot.norm1Weight, l),
		blockTensor(g, Slot.norm1Weight, l), blockTensor(g, Slot.norm1Bias, l), rows,
	);
}
