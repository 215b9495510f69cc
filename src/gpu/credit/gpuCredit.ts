import { madeBy } from "../../engine/credit/madeBy";
import type { Creditor } from "../../engine/credit/method";
import { checkNeeds } from "../../engine/credit/run";
import type { CreditResult, RolloutBatch } from "../../engine/rollouts/batch";
import { resolveParams } from "../../engine/spec/params";
import type { DispatchCompiler } from "../device/dispatch";
import { readWords } from "../device/readback";
import { type CreditOptions, type CreditPlan, createCreditPlan } from "./creditPlan";
import { shapeOf, uploadBatch } from "./uploadBatch";

export interface GpuCreditOptions extends CreditOptions {
	/** Called with the compiled program, once it is known how the work is divided. */
	readonly onPlan?: (plan: CreditPlan) => void;
}

/**
 * Credit of a method on one batch, on the GPU in float32: what `creditBy` computes, of numbers rounded to float32. Groups may lie
 * anywhere and be of any size.
 * @returns as `creditBy`: 0 where the mask is 0, NaN where the method does not score.
 * @throws InvalidInput and MissingSignal as `creditBy`; InvalidInput for batches that the adapter cannot hold.
 */
export async function gpuCredit(
	compiler: DispatchCompiler,
	method: Creditor,
	given: Readonly<Record<string, unknown>>,
	batch: RolloutBatch,
	{ onPlan, ...options }: GpuCreditOptions = {},
): Promise<CreditResult> {
	const params = resolveParams(method.params, given, `method ${method.id}`);
	checkNeeds(method, method.needs(params), batch);
	const buffers = uploadBatch(compiler.device, batch);
	try {
		const plan = await createCreditPlan(compiler, shapeOf(batch), method, given, buffers, options);
		onPlan?.(plan);
		return { ...madeBy(method.id, params, method.rewards), ...(await runPlan(compiler.device, plan, batch)) };
	} finally {
		for (const buffer of [buffers.record, buffers.rows, buffers.signals]) buffer.destroy();
	}
}

/** Runs a plan once, reads its results back and disposes of it. */
export async function runPlan(device: GPUDevice, plan: CreditPlan, batch: RolloutBatch): Promise<Numbers> {
	try {
		submitCredit(device, plan);
		const words = await readWords(device, plan.arena);
		return resultsOf(plan, new Float32Array(words.buffer), batch);
	} finally {
		plan.dispose();
	}
}

/** Submits a plan's dispatches by themselves. */
export function submitCredit(device: GPUDevice, plan: CreditPlan): void {
	const encoder = device.createCommandEncoder();
	const pass = encoder.beginComputePass();
	plan.encode(pass);
	pass.end();
	device.queue.submit([encoder.finish()]);
}

type Numbers = Pick<CreditResult, "advantage" | "terms" | "mask" | "weights" | "cost">;

function resultsOf({ program }: CreditPlan, arena: Float32Array, { B, T, actionMask }: RolloutBatch): Numbers {
	const section = (at: number) => Float64Array.from(arena.subarray(at, at + B * T));
	const scored = section(program.scored);
	return {
		advantage: section(program.advantage).map((a, i) => (actionMask[i] && scored[i] === 0 ? Number.NaN : a)),
		terms: Object.fromEntries(Object.entries(program.terms).map(([name, at]) => [name, section(at)])),
		mask: actionMask.slice(),
		...(program.weights === null ? {} : { weights: section(program.weights) }),
		cost: { extraTokens: 0, modelCalls: 0 },
	};
}
