import { availableParallelism } from "node:os";
import { TURNS_NOTE } from "../engine/tasks/turnTable";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { fastestBackend } from "../engine/training/fastestBackend";
import { objectiveOf } from "../engine/training/objective";
import { openDevice, probeAdapter } from "../gpu/device/adapter";
import { createGpuExecutor } from "../gpu/gpuExecutor";
import { nodeGpu } from "./nodeGpu";

/** Told what was chosen and why. */
type Note = (text: string) => void;
type Open = (plan: TrainingPlan, note: Note) => Promise<TrainingExecutor>;

/** Asked for where the adapter has them; timestamps are for `--profile`. */
const FEATURES = ["subgroups", "timestamp-query"] as const;

const wasm: Open = async (plan) => {
	const { createWasmExecutor } = await import("../wasm/wasmExecutor");
	return createWasmExecutor(plan, { threads: availableParallelism() - 1 });
};

const OPEN = {
	async gpu(plan, note) {
		const executor = await createGpuExecutor(await openDevice(await nodeGpu(), FEATURES), plan);
		if (executor.note) note(`ascribe: ${executor.note}`);
		return executor;
	},
	wasm,
	cpu: async (plan) => new CpuExecutor(plan, objectiveOf(plan)),
	exact: wasm,
	async auto(plan, note) {
		const candidates = (["gpu", "wasm"] as const).map((name) => ({
			name,
			open: (p: TrainingPlan) => OPEN[name](p, note),
		}));
		const { executor, why } = await fastestBackend(candidates, plan, () => performance.now());
		note(`ascribe: trains on ${why}`);
		return executor;
	},
} satisfies Record<string, Open>;

/**
 * Executors that the command line can open. "exact" is WebAssembly by what it promises: the same bits on every machine; "auto" times a few steps
 * on the GPU and in WebAssembly and keeps the faster.
 */
export const BACKENDS = ["gpu", "wasm", "exact", "cpu", "auto"] as const;
export type CliBackend = (typeof BACKENDS)[number];

/**
 * Opens an executor for a plan.
 * @param backend undefined: the GPU, or WebAssembly where there is no adapter.
 * @throws InvalidInput when the GPU is asked for by name and there is none.
 */
export async function openExecutor(
	backend: CliBackend | undefined,
	plan: TrainingPlan,
	note: Note = () => {},
): Promise<TrainingExecutor> {
	if (plan.turns && (backend === undefined || backend === "auto")) {
		note(`ascribe: ${TURNS_NOTE}`);
		return wasm(plan, note);
	}
	if (backend) return OPEN[backend](plan, note);
	const { status, advice } = await probeAdapter(await nodeGpu());
	if (status === "ok") return OPEN.gpu(plan, note);
	note(`ascribe: trains in WebAssembly. ${advice}`);
	return wasm(plan, note);
}
