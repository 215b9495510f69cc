import type { Binding } from "../device/dispatch";
import type { Kernel } from "../device/kernel";

/**
 * A kernel whose `job` is a constant of the shader instead of a uniform, and no binding any more. Strides and loop bounds that the
 * compiler knows are worth half of the time on a software adapter, and cost a pipeline for each role.
 */
export function bakeJob(kernel: Kernel, words: Uint32Array): Kernel {
	const values = Array.from(words.subarray(0, -1), (word) => `${word}u`);
	const source = kernel.source.replace(
		/@group\(0\) @binding\(\d+\) var<uniform> job: Job;/,
		() => `const job = Job(${values.join(", ")});`,
	);
	return { ...kernel, source, bindings: kernel.bindings.filter((access) => access !== "uniform") };
}

/** A kernel whose storage arrays have the size of what is bound: a fixed bound is cheaper to check than one that must be asked for. */
export function bakeSizes(kernel: Kernel, bound: readonly Binding[]): Kernel {
	const source = kernel.source.replace(
		/(@binding\((\d+)\) var<storage, \w+> \w+: array<(\w+))>/g,
		(_, declaration: string, binding: string, type: string) =>
			`${declaration}, ${Math.floor(bytesOf(bound[Number(binding)]!) / (type.startsWith("vec2") ? 8 : 4))}>`,
	);
	return { ...kernel, source };
}

function bytesOf(bound: Binding): number {
	return bound.size;
}
