import { WorkFailed } from "../../engine/core/errors";
import type { Access, Constants, Kernel } from "./kernel";

export interface CompiledKernel {
	readonly pipeline: GPUComputePipeline;
	readonly layout: GPUBindGroupLayout;
}

/**
 * Compiles one kernel with its constants.
 * @throws WorkFailed with the compiler's first message and its line in the source.
 */
export async function compileKernel(device: GPUDevice, kernel: Kernel, constants: Constants): Promise<CompiledKernel> {
	// Errors are reported below: without the scope the device would report them a second time.
	device.pushErrorScope("validation");
	const module = device.createShaderModule({ label: kernel.name, code: kernel.source });
	const [{ messages }] = await Promise.all([module.getCompilationInfo(), device.popErrorScope()]);
	const broken = messages.find((m) => m.type === "error");
	if (broken)
		throw new WorkFailed(
			"shader",
			`Shader ${kernel.name}, line ${broken.lineNum}: ${broken.message} (${lineOf(kernel.source, broken.lineNum)})`,
		);
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
	if (access === "uniform") return { type: "uniform" };
	return { type: access === "read" ? "read-only-storage" : "storage" };
}

function lineOf(source: string, line: number): string {
	return (source.split("\n")[line - 1] ?? "").trim();
}
