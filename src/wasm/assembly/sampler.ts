// Tokens by Gumbel-max over the legal tokens, and the environment's replies. Same keys and same rule as the float64 sampler.
import { entropy, measureRow, partition, readRow } from "./classifier";
import { exp4, log4, logTail, splat } from "./math";
import { rowKept, rowLogits, slot, topP, up4, vocab } from "./plan";
import { drawBlock, word0, word1, word2, word3 } from "./rng";
import { Slot } from "./slots";

/** Of the token last drawn: log p and entropy of the distribution it came from. */
export let drawnLogProb: f32 = 0;
export let drawnEntropy: f32 = 0;

/**
 * −log(−log u) for u = (word >> 8 + ½)·2⁻²⁴ of draws 4·block … 4·block + 3. With m = 2(word >> 8) + 1 = 2²⁵·u the logarithm's
 * argument is formed exactly: as a float below ½, as its distance from ½ or 1 above, where 25 bits do not fit into a float.
 */
@inline function gumbelBlock(key: usize, position: u32, block: u32): v128 {
	drawBlock(key, position, block);
	let words = i32x4.splat(word0);
	words = i32x4.replace_lane(words, 1, word1);
	words = i32x4.replace_lane(words, 2, word2);
	words = i32x4.replace_lane(words, 3, word3);
	const m = v128.or(i32x4.shl(i32x4.shr_u(words, 8), 1), i32x4.splat(1));
	const low = f32x4.mul(f32x4.convert_i32x4_s(m), splat(2.9802322387695312e-8));
	const bits = i32x4.sub(low, i32x4.splat(0x3f3504f3));
	const mantissa = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
	const lowX = f32x4.sub(mantissa, splat(1));
	const lowE = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
	const middleX = f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(m, i32x4.splat(1 << 24))), splat(5.9604644775390625e-8));
	const highX = f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(m, i32x4.splat(1 << 25))), splat(2.9802322387695312e-8));
	const aboveHalf = i32x4.ge_s(m, i32x4.splat(1 << 24));
	const aboveRoot = i32x4.ge_s(m, i32x4.splat(23726566)); // √½ · 2²⁵
	const x = v128.bitselect(highX, v128.bitselect(middleX, lowX, aboveHalf), aboveRoot);
	const e = v128.bitselect(splat(0), v128.bitselect(splat(-1), lowE, aboveHalf), aboveRoot);
	return f32x4.neg(log4(f32x4.neg(logTail(x, e))));
}

/** Standard Gumbel noise of indices 0 … count − 1, rounded up to a multiple of four. */
export function gumbels(out: usize, key: usize, position: u32, count: i32): void {
	for (let v = 0; v < count; v += 4) v128.store(out + (<usize>v << 2), gumbelBlock(key, position, v >> 2));
}

/** Adds noise to the row in `rowLogits` and returns the index of the largest sum, the lower one on a tie; −1 if all are −∞. */
function noisyArgmax(key: usize, position: u32): i32 {
	gumbels(rowKept, key, position, vocab);
	let best: f32 = -Infinity;
	let token = -1;
	for (let v = 0; v < vocab; v++) {
		const at = <usize>v << 2;
		const noisy = load<f32>(rowLogits + at) + load<f32>(rowKept + at);
		if (!(noisy > best)) continue;
		best = noisy;
		token = v;
	}
	return token;
}

/** Draws a token of the policy for `position` in a machine state; sets `drawnLogProb` and `drawnEntropy`. */
export function drawToken(logits: usize, state: u32, key: usize, position: u32): i32 {
	readRow(logits, state);
	const topK: i32 = slot(Slot.topK);
	if (topK > 0) keepMost(topK, 2);
	if (topP < 1) {
		if (topK > 0) measureRow(up4(vocab));
		keepMost(vocab, topP);
	}
	if (topK > 0 || topP < 1) measureRow(up4(vocab));
	const token = noisyArgmax(key, position);
	if (token >= 0) drawnLogProb = load<f32>(rowLogits + (<usize>token << 2)) - partition;
	drawnEntropy = entropy;
	return token;
}

/** Keeps the most likely tokens of the row, the lower id first on a tie: at most `count`, and no more once their share reaches `share`. */
function keepMost(count: i32, share: f32): void {
	const end = up4(vocab);
	for (let v = 0; v < end; v++) store<f32>(rowKept + (<usize>v << 2), -Infinity);
	let reached: f32 = 0;
	for (let k = 0; k < count && reached < share; k++) {
		let best: f32 = -Infinity;
		let at: usize = 0;
		for (let v = 0; v < vocab; v++) {
			const z = load<f32>(rowLogits + (<usize>v << 2));
			if (!(z > best)) continue;
			best = z;
			at = <usize>v << 2;
		}
		if (best == -Infinity) break;
		store<f32>(rowKept + at, best);
		store<f32>(rowLogits + at, -Infinity);
		reached += f32x4.extract_lane(exp4(splat(best - partition)), 0);
	}
	memory.copy(rowLogits, rowKept, <usize>end << 2);
}

/** Draws a reply of the environment: argmax of log weight + noise over the replies with positive weight. */
export function drawReply(state: u32, key: usize, position: u32): i32 {
	const weights = slot(Slot.legal) + (<usize>state * vocab << 2);
	let only = -1;
	let several = false;
	for (let v = 0; v < up4(vocab); v++) {
		const w: f32 = v < vocab ? load<f32>(weights + (<usize>v << 2)) : 0;
		const log = w > 0 ? f32x4.extract_lane(log4(splat(w)), 0) : -Infinity;
		store<f32>(rowLogits + (<usize>v << 2), log);
		if (w > 0) {
			several = only >= 0;
			only = v;
		}
	}
	return several ? noisyArgmax(key, position) : only;
}
