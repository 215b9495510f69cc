import { create } from "webgpu";

/** Kept, because the package breaks when an instance is collected while its devices live. */
const instances = new Map<string, GPU>();

/** Features that kernels make use of where there are any. */
const FEATURES: readonly GPUFeatureName[] = ["subgroups", "timestamp-query"];

/** The WebGPU of the `webgpu` package, one instance for equal options. */
export function testGpu(options: readonly string[] = []): GPU {
	const key = options.join(" ");
	const gpu = instances.get(key) ?? create([...options]);
	instances.set(key, gpu);
	return gpu;
}

/**
 * A device of the `webgpu` package for GPU tests.
 * @param options of Dawn; `["backend=null"]` gives a device on which commands cost and do nothing.
 * @throws Error when the machine has no adapter: a GPU test fails then, it is not skipped.
 */
export async function testDevice(options: readonly string[] = []): Promise<GPUDevice> {
	const adapter = await testGpu(options).requestAdapter();
	if (!adapter) throw new Error("There is no WebGPU adapter here, and this test needs one.");
	const requiredFeatures = FEATURES.filter((feature) => adapter.features.has(feature));
	const device = await adapter.requestDevice({ requiredFeatures });
	device.addEventListener("uncapturederror", ({ error }) => {
		throw new Error(`WebGPU: ${error.message}`);
	});
	return device;
}
