const CREATIONS = [
	"createBuffer",
	"createBindGroup",
	"createBindGroupLayout",
	"createPipelineLayout",
	"createComputePipeline",
	"createComputePipelineAsync",
	"createShaderModule",
	"createTexture",
	"createQuerySet",
] as const;

export type Counted = Record<(typeof CREATIONS)[number] | "submits" | "dispatches" | "writes", number>;

/** Counts what is made on a device and sent to it, from now until `stop`. */
export function countCreations(device: GPUDevice): { stop(): Counted } {
	const counts: Record<string, number> = { submits: 0, dispatches: 0, writes: 0 };
	const undo: (() => void)[] = [];
	const watch = <T extends object>(on: T, name: keyof T & string, as: string, seen?: (made: unknown) => void) => {
		counts[as] = 0;
		const original = on[name] as (...args: unknown[]) => unknown;
		const own = Object.getOwnPropertyDescriptor(on, name);
		Object.defineProperty(on, name, {
			configurable: true,
			writable: true,
			value(...args: unknown[]) {
				counts[as]! += 1;
				const made = original.apply(on, args);
				seen?.(made);
				return made;
			},
		});
		undo.push(() => {
			if (own) Object.defineProperty(on, name, own);
			else delete on[name];
		});
	};
	for (const name of CREATIONS) watch(device, name, name);
	watch(device.queue, "submit", "submits");
	watch(device.queue, "writeBuffer", "writes");
	watch(device, "createCommandEncoder", "encoders", (encoder) =>
		watchPasses(encoder as GPUCommandEncoder, () => counts.dispatches!++),
	);
	return {
		stop() {
			for (const restore of undo) restore();
			const { encoders: _, ...rest } = counts;
			return rest as Counted;
		},
	};
}

function watchPasses(encoder: GPUCommandEncoder, onDispatch: () => void): void {
	const begin = encoder.beginComputePass.bind(encoder);
	encoder.beginComputePass = (descriptor) => {
		const pass = begin(descriptor);
		const dispatch = pass.dispatchWorkgroups.bind(pass);
		pass.dispatchWorkgroups = (x, y, z) => {
			onDispatch();
			return dispatch(x, y, z);
		};
		return pass;
	};
}
