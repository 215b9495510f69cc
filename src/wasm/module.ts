/// <reference path="./virtual.d.ts" />
import { loadWasm } from "virtual:ascribe-wasm";
import { sha256 } from "../engine/core/sha256";

/** Where memory that functions own themselves (constants, spilled tiles, tables of logarithms) ends: all beyond is the caller's. */
export const ARENA_START = 16384;

type Variant = "single" | "shared";

/** Bytes and compiled module, once per realm and variant. */
const loaded = new Map<
	Variant,
	{ readonly bytes: Promise<Uint8Array>; readonly module: Promise<WebAssembly.Module> }
>();

/** Loads and compiles the module on first use. `shared` is the variant whose memory threads may share. */
function load(variant: Variant) {
	const known = loaded.get(variant);
	if (known) return known;
	const bytes = loadWasm(variant);
	const fresh = { bytes, module: bytes.then((b) => WebAssembly.compile(b)) };
	loaded.set(variant, fresh);
	return fresh;
}

/** The compiled module of a variant; each is fetched and compiled once. */
export function wasmModule(variant: Variant = "single"): Promise<WebAssembly.Module> {
	return load(variant).module;
}

/** Names the module's code, whatever variant runs. */
export async function wasmHash(): Promise<string> {
	return sha256(await load("single").bytes);
}

/** Exported functions by name: pointers, counts and numbers as the sources in `assembly/` say. */
export type WasmExports = Readonly<Record<string, (...args: number[]) => number>>;

/** One instance over `memory`; its functions keep nothing but what `configure` told them. */
export async function instantiate(memory: WebAssembly.Memory, variant?: Variant): Promise<WasmExports> {
	const instance = await WebAssembly.instantiate(await wasmModule(variant), { env: { memory } });
	return instance.exports as WasmExports;
}
