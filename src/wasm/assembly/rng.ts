// The counter-based generator of src/engine/core/rng.ts, bit for bit. The four words of the latest draw lie in globals,
// since a function returns one value.

export let word0: u32 = 0;
export let word1: u32 = 0;
export let word2: u32 = 0;
export let word3: u32 = 0;

/** `pcg4d` of Jarzynski & Olano 2020; leaves its result in word0 … word3. */
export function pcg4d(a: u32, b: u32, c: u32, d: u32): void {
	let x: u32 = a * 1664525 + 1013904223;
	let y: u32 = b * 1664525 + 1013904223;
	let z: u32 = c * 1664525 + 1013904223;
	let w: u32 = d * 1664525 + 1013904223;
	x += y * w;
	y += z * x;
	z += x * y;
	w += y * z;
	x ^= x >> 16;
	y ^= y >> 16;
	z ^= z >> 16;
	w ^= w >> 16;
	x += y * w;
	y += z * x;
	z += x * y;
	w += y * z;
	word0 = x;
	word1 = y;
	word2 = z;
	word3 = w;
}

/** Words of draws `4·block … 4·block + 3` at a position, for a rollout's key at `key` (four words). */
export function drawBlock(key: usize, position: u32, block: u32): void {
	pcg4d(load<u32>(key) ^ position, load<u32>(key, 4), load<u32>(key, 8) ^ block, load<u32>(key, 12));
}

/** `count` draws of consecutive indices from 0, rounded up to a multiple of four. */
export function drawWords(out: usize, key: usize, position: u32, count: i32): void {
	for (let i = 0; i < count; i += 4) {
		drawBlock(key, position, i >> 2);
		const at = out + (<usize>i << 2);
		store<u32>(at, word0);
		store<u32>(at, word1, 4);
		store<u32>(at, word2, 8);
		store<u32>(at, word3, 12);
	}
}
