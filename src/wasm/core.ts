import { InvalidInput, WorkFailed } from "../engine/core/errors";
import { sha256 } from "../engine/core/sha256";
import type { TrainingPlan } from "../engine/training/executor";
import { type Arena, LANES, layArena } from "./arena";
import { Slot } from "./assembly/slots";
import { Crew, type CrewOptions, canShareMemory } from "./crew";
import { instantiate, type WasmExports, wasmHash } from "./module";

type SlotName = Exclude<keyof typeof Slot, "COUNT">;

/** One instance of the module with its memory laid out for a plan, and views of that memory by name. */
export class WasmCore {
	private followed = { version: -1, size: 0 };

	private constructor(
		readonly plan: TrainingPlan,
		readonly arena: Arena,
		readonly wasm: WasmExports,
		readonly crew: Crew,
		private readonly buffer: ArrayBufferLike,
		/** Names what may change the bits: the module and the order of summation. */
		readonly planHash: string,
	) {}

	/** At most the threads asked for; one where memory cannot be shared. More than there are gradient lanes would find nothing to do. */
	static async open(plan: TrainingPlan, { threads = 1, ...options }: CrewOptions = {}): Promise<WasmCore> {
		const crewSize = canShareMemory() ? Math.max(1, Math.min(threads, LANES)) : 1;
		const arena = layArena(plan, crewSize);
		checkSize(arena.bytes);
		const variant = crewSize > 1 ? "shared" : "single";
		const initial = Math.ceil(arena.bytes / 65_536);
		const memory = allocate(crewSize > 1 ? { initial, maximum: initial, shared: true } : { initial });
		const wasm = await instantiate(memory, variant);
		new Uint32Array(memory.buffer, arena.table, arena.words.length).set(arena.words);
		wasm.configure!(arena.table, 0, plan.sampling.temperature, plan.sampling.topP);
		const crew = await Crew.gather(wasm, memory, arena, plan, { ...options, threads: crewSize });
		const core = new WasmCore(plan, arena, wasm, crew, memory.buffer, await planHash(arena));
		core.writeMachine(0, plan.turns ? 0 : plan.machine.states);
		return core;
	}

	dispose(): void {
		this.crew.dispose();
	}

	/** Chooses the policy that packing reads; work chooses its own. */
	use({ flat, packed }: { readonly flat: number; readonly packed: number }): void {
		this.wasm.usePolicy!(flat, packed);
	}

	floats(address: number, length: number): Float32Array {
		return new Float32Array(this.buffer, address, length);
	}
	words(address: number, length: number): Uint32Array {
		return new Uint32Array(this.buffer, address, length);
	}
	/** Views of named buffers. */
	numbersOf(slot: SlotName, length: number): Float32Array {
		return this.floats(this.addressOf(slot), length);
	}
	wordsOf(slot: SlotName, length: number): Uint32Array {
		return this.words(this.addressOf(slot), length);
	}
	integersOf(slot: SlotName, length: number): Int32Array {
		return new Int32Array(this.buffer, this.addressOf(slot), length);
	}
	addressOf(slot: SlotName): number {
		return this.arena.words[Slot[slot]]!;
	}

	/** Changes a number that the module reads anew at every call. */
	setWord(slot: SlotName, value: number): void {
		this.words(this.arena.table, this.arena.words.length)[Slot[slot]] = value;
	}

	/** Copies states that were added to the table of a task in turns since the last time. */
	followMachine(): void {
		const table = this.plan.turns?.table;
		if (!table) return;
		const known = this.followed.version === table.version ? this.followed.size : 0;
		this.writeMachine(known, table.size);
		this.followed = { version: table.version, size: table.size };
	}

	private writeMachine(from: number, to: number): void {
		const { weight, next, reward, actor, vocabSize: V } = this.plan.machine;
		const edges = [from * V, to * V] as const;
		this.numbersOf("legal", weight.length).set(weight.subarray(...edges), edges[0]);
		this.wordsOf("nextStates", next.length).set(next.subarray(...edges), edges[0]);
		this.numbersOf("transitionRewards", reward.length).set(reward.subarray(...edges), edges[0]);
		new Uint8Array(this.buffer, this.addressOf("actors"), actor.length).set(actor.subarray(from, to), from);
	}
}

/** @throws InvalidInput for plans beyond the addresses of WebAssembly. */
function checkSize(bytes: number): void {
	if (bytes <= 2 ** 32 - 65_536) return;
	throw new InvalidInput(
		`This plan needs ${Math.ceil(bytes / 2 ** 20)} MB, and WebAssembly addresses 4096; choose fewer rollouts or a smaller model.`,
	);
}

/** @throws WorkFailed when the machine has not got the memory. */
function allocate(descriptor: WebAssembly.MemoryDescriptor): WebAssembly.Memory {
	try {
		return new WebAssembly.Memory(descriptor);
	} catch (cause) {
		const size = Math.ceil(descriptor.initial / 16);
		throw new WorkFailed(
			"out-of-memory",
			`There are no ${size} MB of memory for this plan; choose fewer rollouts or a smaller model.`,
			{ cause },
		);
	}
}

async function planHash({ lanes, chunkSequences }: Arena): Promise<string> {
	const text = `${await wasmHash()} lanes ${lanes} chunk ${chunkSequences}`;
	return sha256(new TextEncoder().encode(text)).slice(0, 16);
}
