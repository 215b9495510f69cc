// Rollouts, token by token with cached keys and values. All sequences of a range move one position at a time; members of a group
// share the pass over their prompt. Each row's bits are those of the teacher-forced forward pass.
import { has } from "./classifier";
import { gelu } from "./gelu";
import { splat } from "./math";
import { layerNormForward } from "./layerNorm";
import { multiply } from "./matmul";
import {
	blockTensor, context, headWidth, heads, layers, padded, parameters, rowOf, scores, slot, tensor, vocab, width,
} from "./plan";
import { drawnEntropy, drawnLogProb, drawReply, drawToken } from "./sampler";
import { Slot } from "./slots";
import { softmaxRow } from "./softmax";
import { FROM_BIAS } from "./tile";
import { embedRow, forwardWeight, headForward, valueForward } from "./transformer";

const POLICY = 0;
const ENVIRONMENT = 1;
const DONE = 2;

@inline function word(index: i32, at: i32): i32 {
	return load<i32>(slot(index) + (<usize>at << 2));
}
@inline function setWord(index: i32, at: i32, value: i32): void {
	store<i32>(slot(index) + (<usize>at << 2), value);
}
@inline function setNumber(index: i32, at: i32, value: f32): void {
	store<f32>(slot(index) + (<usize>at << 2), value);
}
@inline function actorOf(state: u32): i32 {
	return load<u8>(slot(Slot.actors) + <usize>state);
}
@inline function promptOf(b: i32): i32 {
	return b / <i32>slot(Slot.groupSize);
}
@inline function promptLength(b: i32): i32 {
	return word(Slot.promptLengths, promptOf(b));
}
@inline function limitOf(b: i32): i32 {
	return word(Slot.responseLimits, promptOf(b));
}
/** The row whose keys draw token t of row b: the first of the rows that have not parted yet; see `treeOwner`. */
function ownerOf(b: i32, t: i32): i32 {
	const branching: i32 = slot(Slot.branching);
	if (branching <= 1) return b;
	let together: i32 = slot(Slot.groupSize);
	for (let level = t / <i32>slot(Slot.segment); level >= 0 && together > 1; level--) together /= branching;
	return b - b % together;
}
@inline function isLeader(b: i32): bool {
	return b % <i32>slot(Slot.groupSize) == 0;
}

/** Rollouts [begin, end), whole groups, from the request in the arena. */
export function rolloutRange(begin: i32, end: i32): void {
	const T: i32 = slot(Slot.responseCapacity);
	const given = <i32>slot(Slot.isGiven) == 1;
	for (let b = begin; b < end; b++) {
		setNumber(Slot.outBootstraps, b, NaN);
		if (given) continue;
		setWord(Slot.outEnds, b, word(Slot.startStates, promptOf(b)));
		setWord(Slot.outLengths, b, 0);
	}
	const valued = has(Slot.valueWeight);
	for (let p = 0; p < context; p++) {
		const rows = gatherRows(begin, end, p, T, valued);
		if (rows == 0) return;
		advanceRows(begin, rows, p);
		if (valued) valueForward(rowOf(Slot.decodeValues, begin, 1), rowOf(Slot.decodeNorm, begin, width), rows);
		if (actNext(begin, end, p)) headForward(rowOf(Slot.decodeLogits, begin, vocab), rowOf(Slot.decodeNorm, begin, width), rows);
		for (let b = begin; b < end; b++) stepSequence(b, p, T, valued);
	}
}

/** Lists the sequences that read a token at position p: their prompt's, once a group, or their own latest. Embeds those tokens. */
function gatherRows(begin: i32, end: i32, p: i32, T: i32, valued: bool): i32 {
	let rows = 0;
	for (let b = begin; b < end; b++) {
		setWord(Slot.decodeRows, b, -1);
		const t = p - promptLength(b);
		if (t < 0 ? !isLeader(b) : !goesOn(b, t, valued)) continue;
		const token =
			t < 0
				? word(Slot.promptTokens, promptOf(b) * <i32>slot(Slot.promptCapacity) + p)
				: word(Slot.outTokens, b * T + t);
		embedRow(rowOf(Slot.decodeStream, begin + rows, width), token, p);
		setWord(Slot.decodeSequences, begin + rows, b);
		setWord(Slot.decodeRows, b, begin + rows);
		rows++;
	}
	return rows;
}

/** Whether token t of sequence b exists and is worth reading: something follows it, or its value is wanted. */
@inline function goesOn(b: i32, t: i32, valued: bool): bool {
	return t < word(Slot.outLengths, b) && actorOf(word(Slot.outEnds, b)) != DONE && (t + 1 < limitOf(b) || valued);
}

/** Whether any sequence draws a token of the policy after position p. */
function actNext(begin: i32, end: i32, p: i32): bool {
	for (let b = begin; b < end; b++) {
		const t = p + 1 - promptLength(b);
		if (t >= word(Slot.outLengths, b) && t < limitOf(b) && actorOf(word(Slot.outEnds, b)) == POLICY) return true;
	}
	return false;
}

/** Through the blocks: row r of the range's buffers is one sequence at position p. Leaves the final LayerNorm in decodeNorm. */
function advanceRows(begin: i32, rows: i32, p: i32): void {
	const x = rowOf(Slot.decodeStream, begin, width);
	const norm = rowOf(Slot.decodeNorm, begin, width);
	const xhat = rowOf(Slot.decodeXhat, begin, width);
	const rstd = rowOf(Slot.decodeRstd, begin, 1);
	const qkv = rowOf(Slot.decodeQkv, begin, 3 * width);
	const mixed = rowOf(Slot.decodeMixed, begin, width);
	const hidden = rowOf(Slot.decodeHidden, begin, 4 * width);
	for (let l = 0; l < layers; l++) {
		layerNormForward(norm, xhat, rstd, x, blockTensor(parameters, Slot.norm1Weight, l), blockTensor(parameters, Slot.norm1Bias, l), rows, width);
		multiply(qkv, norm, forwardWeight(0, l), rows, width, 3 * width, FROM_BIAS, blockTensor(parameters, Slot.qkvBias, l), 0);
		for (let r = 0; r < rows; r++) {
			const b = word(Slot.decodeSequences, begin + r);
			attendCached(mixed + (<usize>(r * width) << 2), qkv + (<usize>(r * 3 * width) << 2), b * layers + l, p);
		}
		multiply(x, mixed, forwardWeight(1, l), rows, width, width, FROM_BIAS, blockTensor(parameters, Slot.attentionBias, l), x);
		layerNormForward(norm, xhat, rstd, x, blockTensor(parameters, Slot.norm2Weight, l), blockTensor(parameters, Slot.norm2Bias, l), rows, width);
		multiply(hidden, norm, forwardWeight(2, l), rows, width, 4 * width, FROM_BIAS, blockTensor(parameters, Slot.fcBias, l), 0);
		gelu(hidden, 0, rows * 4 * width);
		multiply(x, hidden, forwardWeight(3, l), rows, 4 * width, width, FROM_BIAS, blockTensor(parameters, Slot.projectionBias, l), x);
	}
	layerNormForward(norm, xhat, rstd, x, tensor(parameters, Slot.finalNormWeight), tensor(parameters, Slot.finalNormBias), rows, width);
}

@inline function keysOf(cache: i32): usize {
	return slot(Slot.keyCache) + (<usize>(cache * width) * padded << 2);
}
@inline function valuesOf(cache: i32): usize {
	return slot(Slot.valueCache) + (<usize>(cache * context) * width << 2);
}

/** Caches this position's key and value, then attends over positions 0 … p. `cache` counts sequences times layers. */
function attendCached(out: usize, qkv: usize, cache: i32, p: i32): void {
	const keys = keysOf(cache);
	const values = valuesOf(cache);
	const k = qkv + (<usize>width << 2);
	for (let c = 0; c < width; c++)
		store<f32>(keys + (<usize>(c * padded + p) << 2), load<f32>(k + (<usize>c << 2)));
	memory.copy(values + (<usize>(p * width) << 2), k + (<usize>width << 2), <usize>width << 2);
	const scale: f32 = 1 / sqrt<f32>(<f32>headWidth);
	for (let h = 0; h < heads; h++) {
		const column = <usize>(h * headWidth) << 2;
		scoreKeys(qkv + column, keys + column * padded, p + 1);
		softmaxRow(scores, p + 1, (p + 4) & ~3, scale);
		mixValues(out + column, values + column, p + 1);
	}
}

/** scores[j] = q·k_j for j < n, rounded up to a multiple of four; keys lie with positions side by side. */
function scoreKeys(q: usize, keys: usize, n: i32): void {
	const stride = <usize>padded << 2;
	let j = 0;
	for (; j + 16 <= n; j += 16) {
		let a = splat(0), b = splat(0), c = splat(0), d = splat(0);
		let at = keys + (<usize>j << 2);
		for (let i = 0; i < headWidth; i++, at += stride) {
			const s = v128.load32_splat(q + (<usize>i << 2));
			a = f32x4.add(a, f32x4.mul(s, v128.load(at)));
			b = f32x4.add(b, f32x4.mul(s, v128.load(at, 16)));
			c = f32x4.add(c, f32x4.mul(s, v128.load(at, 32)));
			d = f32x4.add(d, f32x4.mul(s, v128.load(at, 48)));
		}
		const to = scores + (<usize>j << 2);
		v128.store(to, a);
		v128.store(to, b, 16);
		v128.store(to, c, 32);
		v128.store(to, d, 48);
	}
	for (; j < n; j += 4) {
		let a = splat(0);
		let at = keys + (<usize>j << 2);
		for (let i = 0; i < headWidth; i++, at += stride)
			a = f32x4.add(a, f32x4.mul(v128.load32_splat(q + (<usize>i << 2)), v128.load(at)));
		v128.store(scores + (<usize>j << 2), a);
	}
}

/** out[c] = Σ_j scores[j]·v_j[c] over j < n, in order. */
function mixValues(out: usize, values: usize, n: i32): void {
	const stride = <usize>width << 2;
	let c = 0;
	for (; c + 8 <= headWidth; c += 8) {
		let a = splat(0), b = splat(0);
		let at = values + (<usize>c << 2);
		for (let j = 0; j < n; j++, at += stride) {
			const s = v128.load32_splat(scores + (<usize>j << 2));
			a = f32x4.add(a, f32x4.mul(s, v128.load(at)));
			b = f32x4.add(b, f32x4.mul(s, v128.load(at, 16)));
		}
		v128.store(out + (<usize>c << 2), a);
		v128.store(out + (<usize>c << 2), b, 16);
	}
	for (; c < headWidth; c++) {
		let sum: f32 = 0;
		let at = values + (<usize>c << 2);
		for (let j = 0; j < n; j++, at += stride) sum += load<f32>(scores + (<usize>j << 2)) * load<f32>(at);
		store<f32>(out + (<usize>c << 2), sum);
	}
}

/** What sequence b does after position p: the next token, its reward, the next state; or the value of a rollout that was cut. */
function stepSequence(b: i32, p: i32, T: i32, valued: bool): void {
	const length = promptLength(b);
	const t = p + 1 - length;
	if (t < 0) return;
	let row = word(Slot.decodeRows, b);
	if (t == 0 && !isLeader(b)) {
		const leader = b - b % <i32>slot(Slot.groupSize);
		row = word(Slot.decodeRows, leader);
		copyCache(leader, b);
	}
	if (row < 0 || t > word(Slot.outLengths, b)) return;
	if (t < word(Slot.outLengths, b)) {
		// Written before and only read again.
		if (valued) setNumber(Slot.outValues, b * T + t, load<f32>(rowOf(Slot.decodeValues, row, 1)));
		return;
	}
	const state: u32 = word(Slot.outEnds, b);
	const actor = actorOf(state);
	if (actor == DONE) return;
	const value: f32 = valued ? load<f32>(rowOf(Slot.decodeValues, row, 1)) : NaN;
	if (t == limitOf(b)) {
		setNumber(Slot.outBootstraps, b, value);
		return;
	}
	const at = b * T + t;
	setWord(Slot.outStates, at, state);
	setNumber(Slot.outValues, at, value);
	const token = act(ownerOf(b, t), at, row, state, actor, length + t);
	const edge = <i32>state * vocab + token;
	setNumber(Slot.outRewards, at, load<f32>(rowOf(Slot.transitionRewards, edge, 1)));
	setWord(Slot.outTokens, at, token);
	setWord(Slot.outEnds, b, load<i32>(rowOf(Slot.nextStates, edge, 1)));
	setWord(Slot.outLengths, b, t + 1);
}

/** One token of the policy or of the environment, drawn with the keys of row `owner`. */
function act(owner: i32, at: i32, row: i32, state: u32, actor: i32, position: i32): i32 {
	const acts = actor != ENVIRONMENT;
	setWord(Slot.outMask, at, acts ? 1 : 0);
	if (!acts) {
		setNumber(Slot.outLogProbs, at, 0);
		setNumber(Slot.outEntropies, at, 0);
		return drawReply(state, rowOf(Slot.environmentKeys, owner, 4), position);
	}
	// Logits that are not numbers choose no token; the first legal one stands in and the log-probability says NaN.
	const drawn = drawToken(rowOf(Slot.decodeLogits, row, vocab), state, rowOf(Slot.policyKeys, owner, 4), position);
	setNumber(Slot.outLogProbs, at, drawn < 0 ? NaN : drawnLogProb);
	setNumber(Slot.outEntropies, at, drawnEntropy);
	return drawn < 0 ? firstLegal(state) : drawn;
}

function firstLegal(state: u32): i32 {
	for (let v = 0; v < vocab; v++) if (load<f32>(rowOf(Slot.legal, <i32>state * vocab + v, 1)) > 0) return v;
	return 0;
}

/** Gives sequence `to` the keys and values of `from`. */
function copyCache(from: i32, to: i32): void {
	memory.copy(keysOf(to * layers), keysOf(from * layers), <usize>(layers * width) * padded << 2);
	memory.copy(valuesOf(to * layers), valuesOf(from * layers), <usize>(layers * context) * width << 2);
}
