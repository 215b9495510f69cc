import { checkEstimate } from "../../engine/credit/estimateCheck";
import type { Creditor } from "../../engine/credit/method";
import { resolveParams } from "../../engine/spec/params";
import { checkBinding } from "../device/checkBinding";
import { type DispatchCompiler, type DispatchPass, encodeDispatch } from "../device/dispatch";
import type { Kernel } from "../device/kernel";
import { uploaded } from "../device/uploaded";
import { USAGE } from "../device/usage";
import interpreter from "../shaders/credit.wgsl?raw";
import sequences from "../shaders/creditSequences.wgsl?raw";
import spans from "../shaders/creditSpans.wgsl?raw";
import statistics from "../shaders/creditStatistics.wgsl?raw";
import tree from "../shaders/creditTree.wgsl?raw";
import { type CreditProgram, compileCredit } from "./program";
import type { CreditSections, CreditShape } from "./sections";
import { type CreditLibrary, specialise, takeApart } from "./specialise";

const KERNEL: Kernel = {
	name: "credit",
	source: [interpreter, sequences, spans, statistics, tree].join("\n"),
	bindings: ["read", "read", "read", "read", "read", "write"],
};

let library: CreditLibrary | null = null;

function kernelOf(words: readonly number[], tables: ArrayLike<number>): Kernel {
	library ??= takeApart(KERNEL.source);
	return { ...KERNEL, source: specialise(library, words, tables) };
}

/** Buffers of a rollout batch that credit reads. */
export interface CreditBuffers {
	readonly record: GPUBuffer;
	readonly rows: GPUBuffer;
	/** Where `sections.signals` lie. */
	readonly signals?: GPUBuffer;
	readonly sections: CreditSections;
}

/** Credit of one method, compiled once: replaying creates nothing. */
export interface CreditPlan {
	/** All results, float32; `program` says where. */
	readonly arena: GPUBuffer;
	readonly program: CreditProgram;
	readonly dispatches: number;
	/** Encodes the dispatches into an open pass. */
	encode(pass: DispatchPass): void;
	dispose(): void;
}

export interface CreditOptions {
	/** Lanes of a workgroup: GPUs want many, a software adapter pays for every lane that waits at a barrier. */
	readonly lanes?: number;
	/** Interpret the program, so that all methods share one pipeline; else it becomes a shader of its own. */
	readonly shared?: boolean;
}
export const CREDIT_LANES = { hardware: 128, software: 4 } as const;

/**
 * Compiles a method for rollouts of a fixed shape: one dispatch for all that stays within groups, one more each time the whole batch is
 * looked at, and one after it.
 * @throws InvalidInput for wrong parameters, for inputs that the buffers do not hold, and for more numbers than the adapter binds.
 */
export async function createCreditPlan(
	compiler: DispatchCompiler,
	shape: CreditShape,
	method: Creditor,
	params: Readonly<Record<string, unknown>>,
	buffers: CreditBuffers,
	{ lanes = CREDIT_LANES.hardware, shared = false }: CreditOptions = {},
): Promise<CreditPlan> {
	const { device } = compiler;
	const estimate = method.estimate(resolveParams(method.params, params, `method ${method.id}`));
	checkEstimate(method.id, estimate);
	const program = compileCredit(estimate, shape, buffers.sections);
	checkBinding(device, "its numbers", Math.max(program.arenaWords, program.tables.length));
	const arena = device.createBuffer({
		label: "credit",
		size: 4 * program.arenaWords,
		usage: USAGE.storage | USAGE.copySource | USAGE.copyTarget,
	});
	const tables = uploaded(device, "credit tables", program.tables);
	const stages = program.stages.map(({ words }) => uploaded(device, "credit program", Uint32Array.from(words)));
	const { record, rows, signals = record } = buffers;
	const dispatches = await Promise.all(
		program.stages.map(({ words, workgroups }, k) =>
			compiler.dispatch(
				shared ? KERNEL : kernelOf(words, program.tables),
				{ LANES: lanes },
				[stages[k]!, tables, record, rows, signals, arena],
				workgroups,
			),
		),
	);
	return {
		arena,
		program,
		dispatches: dispatches.length,
		encode(pass) {
			for (const dispatch of dispatches) encodeDispatch(pass, dispatch);
		},
		dispose() {
			for (const buffer of [arena, tables, ...stages]) buffer.destroy();
		},
	};
}
