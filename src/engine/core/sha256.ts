const INITIAL = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const K = Int32Array.of(
	0x428a2f98,
	0x71374491,
	0xb5c0fbcf,
	0xe9b5dba5,
	0x3956c25b,
	0x59f111f1,
	0x923f82a4,
	0xab1c5ed5,
	0xd807aa98,
	0x12835b01,
	0x243185be,
	0x550c7dc3,
	0x72be5d74,
	0x80deb1fe,
	0x9bdc06a7,
	0xc19bf174,
	0xe49b69c1,
	0xefbe4786,
	0x0fc19dc6,
	0x240ca1cc,
	0x2de92c6f,
	0x4a7484aa,
	0x5cb0a9dc,
	0x76f988da,
	0x983e5152,
	0xa831c66d,
	0xb00327c8,
	0xbf597fc7,
	0xc6e00bf3,
	0xd5a79147,
	0x06ca6351,
	0x14292967,
	0x27b70a85,
	0x2e1b2138,
	0x4d2c6dfc,
	0x53380d13,
	0x650a7354,
	0x766a0abb,
	0x81c2c92e,
	0x92722c85,
	0xa2bfe8a1,
	0xa81a664b,
	0xc24b8b70,
	0xc76c51a3,
	0xd192e819,
	0xd6990624,
	0xf40e3585,
	0x106aa070,
	0x19a4c116,
	0x1e376c08,
	0x2748774c,
	0x34b0bcb5,
	0x391c0cb3,
	0x4ed8aa4a,
	0x5b9cca4f,
	0x682e6ff3,
	0x748f82ee,
	0x78a5636f,
	0x84c87814,
	0x8cc70208,
	0x90befffa,
	0xa4506ceb,
	0xbef9a3f7,
	0xc67178f2,
);

const BLOCK = 64;

/**
 * SHA-256, fed in pieces. Synchronous and without a platform's crypto, so that the engine can name bits anywhere.
 *
 * **Source** NIST FIPS 180-4 (2015), section 6.2, https://doi.org/10.6028/NIST.FIPS.180-4.
 */
export class Sha256 {
	// Signed words throughout: arithmetic on them stays in 32-bit registers, on unsigned ones it is done in float64.
	private readonly state = Int32Array.from(INITIAL);
	private readonly block = new Uint8Array(BLOCK);
	private readonly words = new Int32Array(BLOCK);
	private filled = 0;
	private length = 0;

	update(bytes: Uint8Array): this {
		this.length += bytes.length;
		let i = 0;
		while (i < bytes.length) {
			// Whole blocks are read where they lie.
			if (this.filled === 0 && i + BLOCK <= bytes.length) {
				this.compress(bytes, i);
				i += BLOCK;
			} else {
				const take = Math.min(BLOCK - this.filled, bytes.length - i);
				this.block.set(bytes.subarray(i, i + take), this.filled);
				this.filled += take;
				i += take;
				if (this.filled === BLOCK) {
					this.filled = 0;
					this.compress(this.block, 0);
				}
			}
		}
		return this;
	}

	/** The digest as 64 hexadecimal digits. Ends the hash. */
	hex(): string {
		const bits = this.length * 8;
		this.update(Uint8Array.of(0x80));
		while (this.filled !== BLOCK - 8) this.update(Uint8Array.of(0));
		const tail = new DataView(new ArrayBuffer(8));
		tail.setUint32(0, Math.floor(bits / 2 ** 32));
		tail.setUint32(4, bits >>> 0);
		this.update(new Uint8Array(tail.buffer));
		return Array.from(this.state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
	}

	private compress(bytes: Uint8Array, from: number): void {
		const w = this.words;
		for (let t = 0; t < 16; t++) {
			const at = from + 4 * t;
			w[t] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
		}
		for (let t = 16; t < 64; t++) {
			const x = w[t - 15]!;
			const y = w[t - 2]!;
			const sigma0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
			const sigma1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
			w[t] = (sigma1 + w[t - 7]! + sigma0 + w[t - 16]!) | 0;
		}
		this.rounds();
	}

	private rounds(): void {
		const { state, words: w } = this;
		let a = state[0]!;
		let b = state[1]!;
		let c = state[2]!;
		let d = state[3]!;
		let e = state[4]!;
		let f = state[5]!;
		let g = state[6]!;
		let h = state[7]!;
		for (let t = 0; t < 64; t++) {
			const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
			const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0;
			const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
			const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
			h = g;
			g = f;
			f = e;
			e = (d + t1) | 0;
			d = c;
			c = b;
			b = a;
			a = (t1 + t2) | 0;
		}
		state[0]! += a;
		state[1]! += b;
		state[2]! += c;
		state[3]! += d;
		state[4]! += e;
		state[5]! += f;
		state[6]! += g;
		state[7]! += h;
	}
}

function rotate(x: number, n: number): number {
	return (x >>> n) | (x << (32 - n));
}

/** SHA-256 of some bytes, 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
	return new Sha256().update(bytes).hex();
}
