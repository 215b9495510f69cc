import { sha256 } from "../engine/core/sha256";
import type { TrainingPlan } from "../engine/training/executor";
import { type Arena, layArena } from "./arena";
import { Slot } from "./assembly/slots";
import { instantiate, type WasmExports, wasmHash } from "./module";

type SlotName = Exclude<keyof typeof Slot, "COUNT">;

/** One instance of the module with its memory laid out for a plan, and views of that memory by name. */
export class WasmCore {
	private constructor(
		readonly plan: TrainingPlan,
		readonly arena: Arena,
		readonly wasm: WasmExports,
		private readonly buffer: ArrayBuffer,
		/** Names what may change the bits: the module and the order of summation. */
		readonly planHash: string,
	) {}

	static async open(plan: TrainingPlan, threads = 1): Promise<WasmCore> {
		const arena = layArena(plan, threads);
		const memory = new WebAssembly.Memory({ initial: Math.ceil(arena.bytes / 65_536) });
		const wasm = await instantiate(memory);
		const core = new WasmCore(plan, arena, wasm, memory.buffer, await planHash(arena));
		core.words(arena.table, arena.words.length).set(arena.words);
		core.writeMachine();
		wasm.configure!(arena.table, 0, plan.sampling.temperature, plan.sampling.topP);
		return core;
	}

	/** Every instance that is to compute on this memory must choose its policy before it runs one. */
	use({ flat, packed }: { readonly flat: number; readonly packed: number }): void {
		this.wasm.usePolicy!(flat, packed);
	}

	floats(address: number, length: number): Float32Array<ArrayBuffer> {
		return new Float32Array(this.buffer, address, length);
	}
	words(address: number, length: number): Uint32Array<ArrayBuffer> {
		return new Uint32Array(this.buffer, address, length);
	}
	/** Views of named buffers. */
	numbersOf(slot: SlotName, length: number): Float32Array<ArrayBuffer> {
		return this.floats(this.addressOf(slot), length);
	}
	wordsOf(slot: SlotName, length: number): Uint32Array<ArrayBuffer> {
		return this.words(this.addressOf(slot), length);
	}
	integersOf(slot: SlotName, length: number): Int32Array<ArrayBuffer> {
		return new Int32Array(this.buffer, this.addressOf(slot), length);
	}
	addressOf(slot: SlotName): number {
		return this.arena.words[Slot[slot]]!;
	}

	private writeMachine(): void {
		const { weight, next, reward, actor } = this.plan.machine;
		this.numbersOf("legal", weight.length).set(weight);
		this.wordsOf("nextStates", next.length).set(next);
		this.numbersOf("transitionRewards", reward.length).set(reward);
		new Uint8Array(this.buffer, this.addressOf("actors"), actor.length).set(actor);
	}
}

async function planHash({ lanes, chunkSequences }: Arena): Promise<string> {
	const text = `${await wasmHash()} lanes ${lanes} chunk ${chunkSequences}`;
	return sha256(new TextEncoder().encode(text)).slice(0, 16);
}
