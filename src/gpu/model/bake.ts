import type { Binding } from "../device/dispatch";
import type { Kernel } from "../device/kernel";

/**
 * A kernel whose `job` is a constant of the shader instead of a uniform, and no binding any more. Strides and loop bounds are then
 * known to the compiler, which costs a pipeline for each role.
 */
export function bakeJob(kernel: Kernel, words: Uint32Array): Kernel {
	const values = Array.from(words.subarray(0, -1), (word) => `${word}u`);
	const source = kernel.source
		.replace(/@group\(0\) @binding\(\d+\) var<uniform> \w+: Job;/, () => `const job = Job(${values.join(", ")});`)
		.replace("var<private> job: Job;\n", "")
		.replace("\tjob = given;\n", "");
	return { ...kernel, source, bindings: kernel.bindings.filter((access) => access !== "uniform") };
}

/** A kernel whose storage arrays have the size of what is bound: a fixed bound is cheaper to check than one that must be asked for. */
export function bakeSizes(kernel: Kernel, bound: readonly Binding[]): Kernel {
	const source = kernel.source.replace(
		/(@binding\((\d+)\) var<storage, \w+> \w+: array<(\w+))>/g,
		(_, declaration: string, binding: string, type: string) =>
			`${declaration}, ${Math.floor(bound[Number(binding)]!.size / (type.startsWith("vec2") ? 8 : 4))}>`,
	);
	return { ...kernel, source };
}
