/// <reference path="./virtual.d.ts" />
import { loadWasm } from "virtual:ascribe-wasm";

/** Where memory that functions own themselves (constants, spilled tiles) ends: everything beyond is the caller's. */
export const ARENA_START = 4096;

/** The compiled module's bytes, once per realm and variant. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** Compiles the module on first use. `shared` is the variant whose memory threads may share. */
export function wasmModule(variant: "single" | "shared" = "single"): Promise<WebAssembly.Module> {
	const known = compiled.get(variant);
	if (known) return known;
	const fresh = loadWasm(variant).then((bytes) => WebAssembly.compile(bytes));
	compiled.set(variant, fresh);
	return fresh;
}

/** Exported functions by name: pointers, counts and numbers as the sources in `assembly/` say. */
export type WasmExports = Readonly<Record<string, (...args: number[]) => number>>;

/** One instance over `memory`; its functions keep nothing but what `configure` told them. */
export async function instantiate(memory: WebAssembly.Memory, variant?: "single" | "shared"): Promise<WasmExports> {
	const instance = await WebAssembly.instantiate(await wasmModule(variant), { env: { memory } });
	return instance.exports as WasmExports;
}
