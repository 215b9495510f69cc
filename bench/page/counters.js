// Counts what a contender asks of WebGPU, by wrapping the prototypes. Loaded before any library.
const counts = { dispatches: 0, submits: 0, passes: 0, bindGroups: 0, buffers: 0, pipelines: 0, textures: 0 };

function count(owner, method, key) {
	if (!owner) return;
	const original = owner.prototype[method];
	owner.prototype[method] = function (...args) {
		counts[key]++;
		return original.apply(this, args);
	};
}

count(globalThis.GPUComputePassEncoder, "dispatchWorkgroups", "dispatches");
count(globalThis.GPUComputePassEncoder, "dispatchWorkgroupsIndirect", "dispatches");
count(globalThis.GPUQueue, "submit", "submits");
count(globalThis.GPUCommandEncoder, "beginComputePass", "passes");
count(globalThis.GPUDevice, "createBindGroup", "bindGroups");
count(globalThis.GPUDevice, "createBuffer", "buffers");
count(globalThis.GPUDevice, "createComputePipeline", "pipelines");
count(globalThis.GPUDevice, "createComputePipelineAsync", "pipelines");
count(globalThis.GPUDevice, "createTexture", "textures");

/** Counts since the last call. */
export function takeCounts() {
	const taken = { ...counts };
	for (const key of Object.keys(counts)) counts[key] = 0;
	return taken;
}
