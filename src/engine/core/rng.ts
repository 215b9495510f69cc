/**
 * Counter-based random numbers: every draw is a pure function of its key, so that a rollout does not depend on the
 * batch it was in, and the same integers come out of TypeScript, WGSL and WebAssembly.
 *
 * Source: Jarzynski & Olano 2020, "Hash Functions for GPU Rendering", JCGT 9(3), https://jcgt.org/published/0009/03/02/
 * (function `pcg4d`). Only 32-bit integer arithmetic, hence bit-equal everywhere.
 */
export type Key4 = readonly [number, number, number, number];

/** `pcg4d` of Jarzynski & Olano 2020: four unsigned 32-bit words in, four well-mixed ones out. */
export function pcg4d(a: number, b: number, c: number, d: number): [number, number, number, number] {
	let x = (Math.imul(a, 1664525) + 1013904223) | 0;
	let y = (Math.imul(b, 1664525) + 1013904223) | 0;
	let z = (Math.imul(c, 1664525) + 1013904223) | 0;
	let w = (Math.imul(d, 1664525) + 1013904223) | 0;
	x = (x + Math.imul(y, w)) | 0;
	y = (y + Math.imul(z, x)) | 0;
	z = (z + Math.imul(x, y)) | 0;
	w = (w + Math.imul(y, z)) | 0;
	x ^= x >>> 16;
	y ^= y >>> 16;
	z ^= z >>> 16;
	w ^= w >>> 16;
	x = (x + Math.imul(y, w)) | 0;
	y = (y + Math.imul(z, x)) | 0;
	z = (z + Math.imul(x, y)) | 0;
	w = (w + Math.imul(y, z)) | 0;
	return [x >>> 0, y >>> 0, z >>> 0, w >>> 0];
}

/** A 32-bit word to a number strictly inside (0, 1): its top 24 bits plus one half, so that log never sees 0 or 1. */
export function unitInterval(word: number): number {
	return ((word >>> 8) + 0.5) * 2 ** -24;
}

/** Independent streams of one seed. Append only: the numbers are part of what a fingerprint certifies. */
export const STREAMS = {
	sample: 0,
	environment: 1,
	init: 2,
	prompts: 3,
	evaluation: 4,
	branch: 5,
	oracle: 6,
	branchEnvironment: 7,
} as const;

/**
 * The key of one rollout's draws: `pcg4d(seed, stream, step, rollout)`.
 * @param rollout index that is stable whatever the batch: `prompt · G + member` within the step.
 */
export function rolloutKey(seed: number, stream: number, step: number, rollout: number): Key4 {
	return pcg4d(seed >>> 0, stream >>> 0, step >>> 0, rollout >>> 0);
}

/**
 * The random word for (key, position, index): word `index & 3` of `pcg4d(k0 ^ position, k1, k2 ^ (index >> 2), k3)`.
 * `position` counts tokens from the start of the prompt (the position that the drawn token will take);
 * `index` is the token id in Gumbel-max sampling.
 */
export function drawWord(key: Key4, position: number, index: number): number {
	return pcg4d((key[0] ^ position) >>> 0, key[1], (key[2] ^ (index >>> 2)) >>> 0, key[3])[index & 3] as number;
}

/** Hash of a label into 32 bits (FNV-1a over UTF-16 code units, finished by pcg4d). */
function labelWord(label: string | number): number {
	if (typeof label === "number") return pcg4d(label >>> 0, Math.floor(label / 2 ** 32) >>> 0, 0x6e756d, 0)[0];
	let h = 0x811c9dc5;
	for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193);
	return pcg4d(h >>> 0, label.length, 0x737472, 0)[0];
}

/**
 * A generator that can be forked by label: `Rng.of(seed).fork("task").fork("train").fork(i)`.
 * Forks are independent of how many numbers the parent has drawn, so item i of a split is a pure function of its path.
 */
export class Rng {
	private counter = 0;
	private constructor(private readonly key: Key4) {}

	static of(seed: number): Rng {
		return new Rng(pcg4d(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, 0x617363, 0x726962));
	}

	fork(label: string | number): Rng {
		const word = labelWord(label);
		return new Rng(pcg4d(this.key[0] ^ word, this.key[1], this.key[2] ^ 0x666f726b, this.key[3]));
	}

	/** The next unsigned 32-bit word. */
	word(): number {
		const n = this.counter++;
		return drawWord(this.key, Math.floor(n / 4), n & 3);
	}

	/** Uniform in (0, 1), 24 bits. */
	uniform(): number {
		return unitInterval(this.word());
	}

	/**
	 * Uniform integer in [0, n), without bias. n must be an integer in [1, 2³²].
	 * It comes from the upper bits: the lowest bits of pcg4d depend on each other from one draw of a stream to the next.
	 */
	integer(n: number): number {
		const share = Math.floor(2 ** 32 / n);
		let word = this.word();
		while (word >= share * n) word = this.word();
		return Math.floor(word / share);
	}

	/** Standard normal by Box & Muller 1958. */
	normal(): number {
		const u = this.uniform();
		const v = this.uniform();
		return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
	}

	/** A shuffled copy (Fisher & Yates). */
	shuffle<T>(items: readonly T[]): T[] {
		const out = [...items];
		for (let i = out.length - 1; i > 0; i--) {
			const j = this.integer(i + 1);
			[out[i], out[j]] = [out[j] as T, out[i] as T];
		}
		return out;
	}
}
