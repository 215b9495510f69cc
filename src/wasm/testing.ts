import { ARENA_START, instantiate, type WasmExports } from "./module";

/** A module with a bump allocator, for tests of single routines. */
export class Bench {
	private next = ARENA_START;
	private constructor(
		readonly wasm: WasmExports,
		private readonly memory: WebAssembly.Memory,
	) {}

	static async open(pages = 64): Promise<Bench> {
		const memory = new WebAssembly.Memory({ initial: pages });
		return new Bench(await instantiate(memory), memory);
	}

	/** Floats in the module's memory, filled with `data` or NaN, with NaN on both sides. */
	floats(data: ArrayLike<number> | number): Float32Array<ArrayBuffer> {
		const length = typeof data === "number" ? data : data.length;
		const guarded = new Float32Array(this.memory.buffer, this.next, length + 32).fill(Number.NaN);
		this.next += 4 * guarded.length;
		const view = guarded.subarray(16, 16 + length);
		if (typeof data !== "number") view.set(data);
		return view;
	}

	words(length: number): Uint32Array<ArrayBuffer> {
		const view = new Uint32Array(this.memory.buffer, this.next, length);
		this.next += 4 * length;
		return view;
	}
}

/** Throws where a neighbour of a `Bench.floats` view was written. */
export function checkGuards(view: Float32Array): void {
	const around = new Float32Array(view.buffer, view.byteOffset - 64, view.length + 32);
	const touched = [...around.subarray(0, 16), ...around.subarray(view.length + 16)].findIndex((x) => !Number.isNaN(x));
	if (touched >= 0) throw new Error(`A guard word was written: number ${touched}.`);
}
