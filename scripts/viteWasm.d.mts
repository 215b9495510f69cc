import type { Plugin } from "vite";

/** Vite plugin: `virtual:ascribe-wasm` is the module compiled from src/wasm/assembly. */
export function wasmModule(): Plugin;
