import type { TrainingPlan } from "../engine/training/executor";
import type { Arena } from "./arena";
import helperSource from "./helper.js?raw";
import { type WasmExports, wasmModule } from "./module";

/** Kinds of work, as `assembly/work.ts` numbers them. */
export const WORK = { forward: 0, backward: 1, rollout: 2 } as const;

export interface Work {
	readonly kind: (typeof WORK)[keyof typeof WORK];
	/** Number of pieces. Each is done once, by any thread, in any order. */
	readonly count: number;
	readonly policy: { readonly flat: number; readonly packed: number };
	/** Sequences of the block, or prompts of the request. */
	readonly items: number;
}

/** Words of the control block: jobs begun, next piece, helpers done, then the job itself. */
const CONTROL = { begun: 0, next: 1, done: 2, job: 3 } as const;

export interface CrewOptions {
	/** Threads that share the work; the bits do not depend on it. */
	readonly threads?: number;
	/** Called on this thread before each piece of work; it may sleep. The bits do not depend on it. */
	readonly giveWay?: () => void;
}

/** What is common to a browser's worker and Node's. */
interface HelperThread {
	postMessage(message: unknown): void;
	terminate(): unknown;
}

/** This thread, and others that take pieces of its work. The bits do not depend on their number. */
export class Crew {
	private constructor(
		private readonly wasm: WasmExports,
		private readonly arena: Arena,
		private readonly control: Int32Array,
		private readonly helpers: readonly HelperThread[],
		private readonly giveWay: () => void,
	) {}

	/** More threads than one, this one included, need shared memory. */
	static async gather(
		wasm: WasmExports,
		memory: WebAssembly.Memory,
		arena: Arena,
		plan: TrainingPlan,
		{ threads = 1, giveWay = () => undefined }: CrewOptions,
	): Promise<Crew> {
		const control = new Int32Array(memory.buffer, arena.control, 16).fill(0);
		const { temperature, topP } = plan.sampling;
		const start = async (thread: number) => {
			const module = await wasmModule("shared");
			return startHelper({ module, memory, table: arena.table, thread, temperature, topP, control: arena.control });
		};
		const helpers = await Promise.all(Array.from({ length: threads - 1 }, (_, i) => start(i + 1)));
		return new Crew(wasm, arena, control, helpers, giveWay);
	}

	/** Returns when all pieces are done. */
	run({ kind, count, policy: { flat, packed }, items }: Work): void {
		const { wasm, control, helpers } = this;
		const chunk = this.arena.chunkSequences;
		const piece = (i: number) => {
			this.giveWay();
			wasm.work!(kind, i, count, flat, packed, items, chunk);
		};
		if (helpers.length === 0) {
			for (let i = 0; i < count; i++) piece(i);
			return;
		}
		control.set([kind, count, flat, packed, items, chunk], CONTROL.job);
		Atomics.store(control, CONTROL.next, 0);
		Atomics.store(control, CONTROL.done, 0);
		Atomics.add(control, CONTROL.begun, 1);
		Atomics.notify(control, CONTROL.begun);
		for (let i = Atomics.add(control, CONTROL.next, 1); i < count; i = Atomics.add(control, CONTROL.next, 1)) piece(i);
		// The others are on their last piece; a page's main thread may not sleep, so nobody does.
		while (Atomics.load(control, CONTROL.done) < helpers.length);
	}

	get threads(): number {
		return this.helpers.length + 1;
	}

	dispose(): void {
		for (const helper of this.helpers) helper.terminate();
	}
}

/** Whether threads can share memory here: everywhere in Node, in a browser on cross-origin isolated pages. */
export function canShareMemory(): boolean {
	return typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false;
}

/** Starts a helper and waits until it is ready. */
async function startHelper(message: unknown): Promise<HelperThread> {
	const helper = typeof Worker === "function" ? browserWorker() : await nodeWorker();
	const ready = new Promise<void>((resolve, reject) => {
		helper.onready(resolve);
		helper.onfailure(() => reject(new Error("A helper thread did not start.")));
	});
	helper.thread.postMessage(message);
	await ready;
	return helper.thread;
}

interface Starting {
	readonly thread: HelperThread;
	onready(then: () => void): void;
	onfailure(then: () => void): void;
}

function browserWorker(): Starting {
	const url = URL.createObjectURL(new Blob([helperSource], { type: "text/javascript" }));
	const thread = new Worker(url);
	return {
		thread,
		onready: (then) => thread.addEventListener("message", then, { once: true }),
		onfailure: (then) => thread.addEventListener("error", then, { once: true }),
	};
}

interface NodeThread extends HelperThread {
	once(event: "message" | "error", then: () => void): void;
	unref(): void;
}

async function nodeWorker(): Promise<Starting> {
	// Named at run time, so that bundles for the browser do not look for it.
	const name = "node:worker_threads";
	const { Worker: NodeWorker } = (await import(/* @vite-ignore */ name)) as {
		Worker: new (source: string, options: { eval: boolean }) => NodeThread;
	};
	const thread = new NodeWorker(helperSource, { eval: true });
	thread.unref();
	return {
		thread,
		onready: (then) => thread.once("message", then),
		onfailure: (then) => thread.once("error", then),
	};
}
