import { create } from "webgpu";

let gpu: GPU | undefined;

/**
 * A device of the `webgpu` package for GPU tests.
 * @param options of Dawn; `["backend=null"]` gives a device on which commands cost and do nothing.
 * @throws Error when the machine has no adapter: a GPU test fails then, it is not skipped.
 */
export async function testDevice(options: string[] = []): Promise<GPUDevice> {
	const own = options.length > 0 ? create(options) : undefined;
	gpu ??= create([]);
	const adapter = await (own ?? gpu).requestAdapter();
	if (!adapter) throw new Error("There is no WebGPU adapter here, and this test needs one.");
	const device = await adapter.requestDevice();
	device.addEventListener("uncapturederror", ({ error }) => {
		throw new Error(`WebGPU: ${error.message}`);
	});
	return device;
}
