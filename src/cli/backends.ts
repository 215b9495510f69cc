import { availableParallelism } from "node:os";
import { InvalidInput } from "../engine/core/errors";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { fastestBackend } from "../engine/training/fastestBackend";
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
export const BACKENDS = ["gpu", "wasm", "cpu", "auto"] as const;
export type CliBackend = (typeof BACKENDS)[number];

/**
 * Opens an executor for a plan; "auto" times a few steps on the GPU and in WebAssembly and keeps the faster.
 * @param note is told what was chosen and why.
 */
export async function openExecutor(
	backend: CliBackend,
	plan: TrainingPlan,
	note: (text: string) => void = () => {},
): Promise<TrainingExecutor> {
	if (backend === "auto") return openFastest(plan, note);
	const open = OPEN[backend];
	if (!open) throw new InvalidInput(`There is no ${backend} backend here.`);
	return open(plan);
}

async function openFastest(plan: TrainingPlan, note: (text: string) => void): Promise<TrainingExecutor> {
	const candidates = ["gpu", "wasm"].flatMap((name) => (OPEN[name] ? [{ name, open: OPEN[name] }] : []));
	const { executor, why } = await fastestBackend(candidates, plan, () => performance.now());
	note(`ascribe: trains on ${why}`);
	return executor;
}
