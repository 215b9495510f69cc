import type { AnyMethod } from "../../engine/credit/method";
import { resolveParams } from "../../engine/spec/params";
import { type Dispatch, type DispatchCompiler, encodeDispatch } from "../device/dispatch";
import type { Constants, Kernel } from "../device/kernel";
import { USAGE } from "../device/usage";
import groups from "../shaders/creditGroups.wgsl?raw";
import rows from "../shaders/creditRows.wgsl?raw";
import whiten from "../shaders/creditWhiten.wgsl?raw";
import { type CreditProgram, type CreditSections, type CreditShape, compileCredit, type Stage } from "./program";

const KERNELS = {
	rows: { name: "creditRows", source: rows, bindings: ["read", "read", "read", "write"] },
	groups: { name: "creditGroups", source: groups, bindings: ["read", "read", "write"] },
	whiten: { name: "creditWhiten", source: whiten, bindings: ["read", "write"] },
} as const satisfies Record<string, Kernel>;

/** Buffers of a rollout batch that credit reads. */
export interface CreditBuffers {
	readonly record: GPUBuffer;
	readonly rows: GPUBuffer;
	readonly sections: CreditSections;
}

/** Credit of one method, compiled once: replaying creates nothing. */
export interface CreditPlan {
	/** All results, float32; `program` says where. */
	readonly arena: GPUBuffer;
	readonly program: CreditProgram;
	readonly dispatches: number;
	/** Encodes the dispatches into an open pass. */
	encode(pass: GPUComputePassEncoder): void;
	dispose(): void;
}

/**
 * Compiles a method for rollouts of a fixed shape: at most four dispatches for methods of rollouts and groups.
 * @throws InvalidInput for wrong parameters, and for methods that the GPU does not compute.
 */
export async function createCreditPlan(
	compiler: DispatchCompiler,
	shape: CreditShape,
	method: AnyMethod,
	params: Readonly<Record<string, unknown>>,
	buffers: CreditBuffers,
): Promise<CreditPlan> {
	const { device } = compiler;
	const estimate = method.estimate(resolveParams(method.params, params, `method ${method.id}`));
	const program = compileCredit(estimate, shape, buffers.sections);
	const usage = USAGE.storage | USAGE.copySource | USAGE.copyTarget;
	const arena = device.createBuffer({ label: "credit", size: 4 * program.arenaWords, usage });
	for (const [at, value] of program.constants) device.queue.writeBuffer(arena, 4 * at, Float32Array.of(value));
	const owned = [arena];
	const dispatches = await Promise.all(
		program.stages.map(async (stage): Promise<Dispatch> => {
			const { kernel, constants, bindings, x } = dispatchOf(device, stage, shape, buffers, arena);
			owned.push(...bindings.filter((buffer) => ![arena, buffers.record, buffers.rows].includes(buffer)));
			return compiler.dispatch(kernel, constants, bindings, x);
		}),
	);
	return {
		arena,
		program,
		dispatches: dispatches.length,
		encode(pass) {
			for (const dispatch of dispatches) encodeDispatch(pass, dispatch);
		},
		dispose() {
			for (const buffer of owned) buffer.destroy();
		},
	};
}

interface Description {
	readonly kernel: Kernel;
	readonly constants: Constants;
	readonly bindings: readonly GPUBuffer[];
	readonly x: number;
}

function dispatchOf(
	device: GPUDevice,
	stage: Stage,
	{ B, T, groupSize: G }: CreditShape,
	{ record, rows: rowBuffer, sections }: CreditBuffers,
	arena: GPUBuffer,
): Description {
	const at = { MASK: sections.record.mask ?? 0 };
	if (stage.kind === "whiten") {
		const { center, scale, epsOn, eps, singleton } = stage.options;
		const constants = {
			...at,
			N: B * T,
			X: stage.x,
			WHERE: stage.where ?? 0,
			HAS_WHERE: stage.where !== null,
			OUT: stage.out,
			CENTER: center === "none" ? 0 : 1,
			SCALE: ["none", "sd1", "sd0"].indexOf(scale),
			ON_VARIANCE: epsOn === "variance",
			EPS_BITS: new Uint32Array(Float32Array.of(eps).buffer)[0]!,
			RAW: singleton === "raw",
		};
		return { kernel: KERNELS.whiten, constants, bindings: [record, arena], x: 1 };
	}
	const x = Math.ceil(B / 64);
	const program = uploaded(device, stage.words);
	if (stage.kind === "groups")
		return {
			kernel: KERNELS.groups,
			constants: { B, G, JOBS: stage.words.length / 12 },
			bindings: [program, rowBuffer, arena],
			x,
		};
	const { tokens = 0, rewards = 0 } = sections.record;
	const constants = {
		...at,
		B,
		T,
		G,
		INSTRUCTIONS: stage.words.length / 8,
		TOKENS: tokens,
		REWARDS: rewards,
		LENGTH: sections.rows.length ?? 0,
	};
	return { kernel: KERNELS.rows, constants, bindings: [program, record, rowBuffer, arena], x };
}

function uploaded(device: GPUDevice, words: readonly number[]): GPUBuffer {
	const buffer = device.createBuffer({
		label: "credit program",
		size: 4 * words.length,
		usage: USAGE.storage | USAGE.copyTarget,
	});
	device.queue.writeBuffer(buffer, 0, Uint32Array.from(words));
	return buffer;
}
