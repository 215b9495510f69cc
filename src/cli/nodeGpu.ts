/** Kept for as long as the program runs: the package breaks when an instance is collected while its devices live. */
let instance: GPU | undefined;

/** WebGPU of the `webgpu` package; undefined where its binary does not load. */
export async function nodeGpu(): Promise<GPU | undefined> {
	if (instance) return instance;
	try {
		const { create } = await import("webgpu");
		instance = create([]);
	} catch {
		// Platforms without a prebuilt binary: there is no WebGPU here, and the caller says so.
	}
	return instance;
}
