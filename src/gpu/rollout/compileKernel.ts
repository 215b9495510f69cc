import type { Access, Kernel } from "./kernels";

/** Override constants of a kernel; booleans count as 0 and 1. */
export type Constants = Readonly<Record<string, number | boolean>>;

export interface CompiledKernel {
	readonly pipeline: GPUComputePipeline;
	readonly layout: GPUBindGroupLayout;
}

/**
 * Compiles one kernel with its constants.
 * @throws Error with the compiler's first message and its line in the source.
 */
export async function compileKernel(device: GPUDevice, kernel: Kernel, constants: Constants): Promise<CompiledKernel> {
	const module = device.createShaderModule({ label: kernel.name, code: kernel.source });
	const { messages } = await module.getCompilationInfo();
	const broken = messages.find((m) => m.type === "error");
	if (broken) throw new Error(`Shader ${kernel.name}, line ${broken.lineNum}: ${broken.message}`);
	const layout = device.createBindGroupLayout({
		label: kernel.name,
		entries: kernel.bindings.map((access, binding) => ({ binding, visibility: COMPUTE, buffer: bufferLayout(access) })),
	});
	const pipeline = await device.createComputePipelineAsync({
		label: kernel.name,
		layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
		compute: {
			module,
			entryPoint: kernel.name,
			constants: Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, Number(value)])),
		},
	});
	return { pipeline, layout };
}

/** GPUShaderStage.COMPUTE; the global is missing outside browsers. */
const COMPUTE = 4;

function bufferLayout(access: Access): GPUBufferBindingLayout {
	if (access === "position") return { type: "uniform", hasDynamicOffset: true, minBindingSize: 16 };
	return { type: access === "read" ? "read-only-storage" : "storage" };
}
