import { parameterLayout } from "../../engine/model/config";
import { freshState } from "../../engine/training/checkpoint";
import type { TrainingPlan, TrainState } from "../../engine/training/executor";
import type { Readback } from "../device/readback";
import { type ModelState, STATUS } from "../model/transformer";

/** Parameters, moments and the optimiser's count onto the device. */
export function uploadState(device: GPUDevice, model: ModelState, plan: TrainingPlan, state: TrainState): void {
	const write = (to: GPUBuffer, data: Float32Array) =>
		device.queue.writeBuffer(to, 0, data as Float32Array<ArrayBuffer>);
	write(model.parameters, state.parameters);
	write(model.firstMoment, state.firstMoment);
	write(model.secondMoment, state.secondMoment);
	const words = new Uint32Array(STATUS.length);
	const floats = new Float32Array(words.buffer);
	words[STATUS.finite] = 1;
	words[STATUS.step] = state.step;
	floats[STATUS.correction1] = 1 - plan.optimizer.beta1 ** state.step;
	floats[STATUS.correction2] = 1 - plan.optimizer.beta2 ** state.step;
	device.queue.writeBuffer(model.status, 0, words);
}

/** Parameters of the policy and of its reference as they are now, for what is computed with them elsewhere. */
export async function readPolicy(readback: Readback, model: ModelState, plan: TrainingPlan) {
	const state = downloadState(readback, model, plan);
	const words = model.reference && readback.read([model.reference]);
	const parameters = words && new Float32Array((await words)[0]!.buffer);
	return { state: await state, reference: parameters && freshState(parameters) };
}

/** The state as it is now. @throws WorkFailed when the device was lost. */
export async function downloadState(readback: Readback, model: ModelState, plan: TrainingPlan): Promise<TrainState> {
	const { parameters, firstMoment, secondMoment, status } = model;
	const words = await readback.read([parameters, firstMoment, secondMoment, status]);
	const { size } = parameterLayout(plan.model);
	const floats = (i: number) => new Float32Array(words[i]!.buffer, words[i]!.byteOffset, size);
	return {
		parameters: floats(0),
		firstMoment: floats(1),
		secondMoment: floats(2),
		step: words[3]![STATUS.step]!,
	};
}
