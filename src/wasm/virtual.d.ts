declare module "virtual:ascribe-wasm" {
	/** Bytes of the module compiled from `assembly/`: `shared` is the one whose memory threads may share. */
	export function loadWasm(variant: "single" | "shared"): Promise<Uint8Array<ArrayBuffer>>;
}
