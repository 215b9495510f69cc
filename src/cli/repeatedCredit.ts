import { creditorOf } from "../engine/credit/choice";
import type { RolloutBatch } from "../engine/rollouts/batch";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { objectiveOf } from "../engine/training/objective";
import { CREDIT_LANES, createCreditPlan } from "../gpu/credit/creditPlan";
import { submitCredit } from "../gpu/credit/gpuCredit";
import { shapeOf, uploadBatch } from "../gpu/credit/uploadBatch";
import { openDevice } from "../gpu/device/adapter";
import { DispatchCompiler } from "../gpu/device/dispatch";
import { GpuExecutor } from "../gpu/gpuExecutor";
import { nodeGpu } from "./nodeGpu";

/** A method's credit on one batch, set up once. */
export interface RepeatedCredit {
	/** Resolves when the numbers are there: on the device, where it computes. */
	compute(): Promise<void>;
	dispose(): void;
}

/** Credit of the plan's method where `executor` computes it. @param batch with the signals that the method reads. */
export async function repeatedCredit(
	executor: TrainingExecutor,
	plan: TrainingPlan,
	batch: RolloutBatch,
): Promise<RepeatedCredit> {
	if (executor.label.kind === "wasm") return inWasm(plan, batch);
	const onDevice = executor instanceof GpuExecutor && executor.note === "";
	return onDevice ? onGpu(plan, batch) : onHost(() => objectiveOf(plan).credit(batch));
}

const onHost = (credit: () => unknown): RepeatedCredit => ({
	compute: async () => void credit(),
	dispose() {},
});

async function inWasm(plan: TrainingPlan, batch: RolloutBatch): Promise<RepeatedCredit> {
	const { openWasmOps } = await import("../wasm/wasmOps");
	const objective = objectiveOf(plan, await openWasmOps());
	return onHost(() => objective.credit(batch));
}

async function onGpu(plan: TrainingPlan, batch: RolloutBatch): Promise<RepeatedCredit> {
	const { device, software } = await openDevice(await nodeGpu());
	const lanes = CREDIT_LANES[software ? "software" : "hardware"];
	const method = creditorOf(plan.method);
	const buffers = uploadBatch(device, batch);
	const compiler = new DispatchCompiler(device);
	const { params } = plan.method;
	const credit = await createCreditPlan(compiler, shapeOf(batch), method, params, buffers, { lanes });
	return {
		async compute() {
			submitCredit(device, credit);
			await device.queue.onSubmittedWorkDone();
		},
		dispose: () => device.destroy(),
	};
}
