// From logits to log-probability and entropy of a token under softmax(logits / temperature) over the legal tokens, and back.
import { exp4, log4, maxLanes, splat, sumLanes } from "./math";
import { ABSENT, rowLogits, rowOf, slot, temperature, up4, vocab } from "./plan";
import { Slot } from "./slots";

/** Of the row last read by `readRow`: log of the partition function, and entropy. */
export let partition: f32 = 0;
export let entropy: f32 = 0;

/**
 * Leaves z = logits / temperature in `rowLogits`, −∞ where the machine's state makes a token illegal, and sets `partition`
 * and `entropy`.
 */
export function readRow(logits: usize, state: u32): void {
	const end = up4(vocab);
	const legal = slot(Slot.legal) + (<usize>state * vocab << 2);
	for (let v = 0; v < vocab; v++) {
		const at = <usize>v << 2;
		const z = load<f32>(logits + at) / temperature;
		store<f32>(rowLogits + at, load<f32>(legal + at) > 0 ? z : -Infinity);
	}
	for (let v = vocab; v < end; v++) store<f32>(rowLogits + (<usize>v << 2), -Infinity);
	measureRow(end);
}

/** log Σ exp z and −Σ p log p of the row in `rowLogits`. */
export function measureRow(end: i32): void {
	let top = splat(-Infinity);
	for (let v = 0; v < end; v += 4) top = f32x4.max(top, v128.load(rowLogits + (<usize>v << 2)));
	const most = maxLanes(top);
	let sum = splat(0);
	for (let v = 0; v < end; v += 4)
		sum = f32x4.add(sum, exp4(f32x4.sub(v128.load(rowLogits + (<usize>v << 2)), splat(most))));
	partition = most + f32x4.extract_lane(log4(splat(sumLanes(sum))), 0);
	let mean = splat(0);
	for (let v = 0; v < end; v += 4) {
		const logP = f32x4.sub(v128.load(rowLogits + (<usize>v << 2)), splat(partition));
		// Illegal tokens have p = 0; a finite logarithm keeps 0·∞ out of the sum.
		mean = f32x4.add(mean, f32x4.mul(exp4(logP), f32x4.max(logP, splat(-1e4))));
	}
	entropy = -sumLanes(mean);
}

/** log p and entropy of the scored rows [first, end). */
export function classifierForward(first: i32, end: i32): void {
	for (let r = first; r < end; r++) {
		const at = <usize>r << 2;
		const target = load<i32>(slot(Slot.targets) + at);
		if (target < 0) continue;
		readRow(rowOf(Slot.logits, r, vocab), load<u32>(slot(Slot.states) + at));
		store<f32>(slot(Slot.logProbs) + at, load<f32>(rowLogits + (<usize>target << 2)) - partition);
		store<f32>(slot(Slot.entropies) + at, entropy);
	}
}

/**
 * Overwrites the logits of rows [first, end) with their gradient: dz = dlogp·(1[target] − p) − dH·p·(log p + H), over the temperature;
 * zero in rows that are not scored.
 */
export function classifierBackward(first: i32, end: i32): void {
	for (let r = first; r < end; r++) {
		const at = <usize>r << 2;
		const row = rowOf(Slot.logits, r, vocab);
		const target = load<i32>(slot(Slot.targets) + at);
		const dlogp: f32 = target < 0 ? 0 : load<f32>(slot(Slot.dlogProbs) + at);
		const dH: f32 = target < 0 ? 0 : load<f32>(slot(Slot.dentropies) + at);
		if (dlogp == 0 && dH == 0) {
			memory.fill(row, 0, <usize>vocab << 2);
			continue;
		}
		readRow(row, load<u32>(slot(Slot.states) + at));
		for (let v = 0; v < vocab; v += 4) {
			const logP = f32x4.sub(v128.load(rowLogits + (<usize>v << 2)), splat(partition));
			const p = exp4(logP);
			const tilt = f32x4.mul(splat(dH), f32x4.add(f32x4.max(logP, splat(-1e4)), splat(entropy)));
			const dz = f32x4.mul(p, f32x4.add(splat(dlogp), tilt));
			v128.store(rowLogits + (<usize>v << 2), f32x4.div(f32x4.neg(dz), splat(temperature)));
		}
		const hit = rowLogits + (<usize>target << 2);
		store<f32>(hit, load<f32>(hit) + dlogp / temperature);
		memory.copy(row, rowLogits, <usize>vocab << 2);
	}
}

/** Whether the model has the tensor of this slot. */
@inline export function has(index: i32): bool {
	return slot(index) != ABSENT;
}
