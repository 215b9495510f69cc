import { ARENA_START, instantiate, type WasmExports } from "./module";

const PAGE = 65_536;

/** Lists of entries, one after the other, and the offset at which each starts. */
export interface EntryLists {
	readonly entries: number;
	readonly offsets: number;
	readonly count: number;
	readonly longest: number;
}

/** Memory of the module in which credit is computed; what one batch left there, the next one writes over. */
export class CreditMemory {
	private next = ARENA_START;

	private constructor(
		private readonly memory: WebAssembly.Memory,
		readonly wasm: WasmExports,
	) {}

	static async open(): Promise<CreditMemory> {
		const memory = new WebAssembly.Memory({ initial: 1 });
		return new CreditMemory(memory, await instantiate(memory));
	}

	/** Forgets everything and makes room; growing is done here alone, as it takes earlier arrays away. */
	reset(bytes: number): void {
		this.next = ARENA_START;
		const missing = Math.ceil((ARENA_START + bytes - this.memory.buffer.byteLength) / PAGE);
		if (missing > 0) this.memory.grow(missing);
	}

	numbers(length: number): Float64Array {
		// Pairs of lanes read and write an even number of entries.
		return new Float64Array(this.memory.buffer, this.take(8 * (length + (length % 2))), length);
	}

	integers(x: ArrayLike<number>): number {
		const at = this.take(4 * x.length);
		new Int32Array(this.memory.buffer, at, x.length).set(x);
		return at;
	}

	lists(lists: readonly (readonly number[])[]): EntryLists {
		const offsets = new Int32Array(lists.length + 1);
		for (const [k, list] of lists.entries()) offsets[k + 1] = offsets[k]! + list.length;
		const at = this.take(4 * offsets[lists.length]!);
		const entries = new Int32Array(this.memory.buffer, at, offsets[lists.length]!);
		for (const [k, list] of lists.entries()) entries.set(list, offsets[k]!);
		const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
		return { entries: at, offsets: this.integers(offsets), count: lists.length, longest };
	}

	private take(bytes: number): number {
		const at = this.next;
		this.next += Math.ceil(bytes / 16) * 16;
		if (this.next > this.memory.buffer.byteLength) throw new Error("Credit needs more memory than was set aside.");
		return at;
	}
}
