import { availableParallelism } from "node:os";
import { InvalidInput } from "../engine/core/errors";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { objectiveOf } from "../engine/training/objective";

type Open = (plan: TrainingPlan) => Promise<TrainingExecutor>;

const OPEN: Readonly<Record<string, Open>> = {
	async wasm(plan) {
		const { createWasmExecutor } = await import("../wasm/wasmExecutor");
		return createWasmExecutor(plan, { threads: availableParallelism() - 1 });
	},
	cpu: async (plan) => new CpuExecutor(plan, objectiveOf(plan)),
};

/** Executors that the command line can open. */
export const BACKENDS = ["gpu", "wasm", "cpu"] as const;
export type CliBackend = (typeof BACKENDS)[number];

/** Opens an executor for a plan. */
export function openExecutor(backend: CliBackend, plan: TrainingPlan): Promise<TrainingExecutor> {
	const open = OPEN[backend];
	if (!open) throw new InvalidInput(`There is no ${backend} backend here.`);
	return open(plan);
}
