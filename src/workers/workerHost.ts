import { openSpec } from "../engine/spec/registries";
import { TURNS_NOTE } from "../engine/tasks/turnTable";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { fastestBackend } from "../engine/training/fastestBackend";
import { objectiveOf } from "../engine/training/objective";
import { openDevice, probeAdapter } from "../gpu/device/adapter";
import { breathe } from "./breathe";
import { giveWay } from "./courtesy";
import type { TrainerHost } from "./trainer";
import type { Backend } from "./trainerApi";

/** Told what a person should know of the executor. */
type Note = (text: string) => void;
type Open = (plan: TrainingPlan, note: Note) => Promise<TrainingExecutor>;

/** Executors of the browser; each loads when it is first used. */
const OPEN: Readonly<Record<Backend, Open>> = {
	async gpu(plan, note) {
		if (plan.turns) return inTurns(plan, note);
		const { createGpuExecutor } = await import("../gpu/gpuExecutor");
		const executor = await createGpuExecutor(await openDevice(navigator.gpu), plan);
		if (executor.note) note(executor.note);
		return executor;
	},
	async wasm(plan) {
		const { createWasmExecutor } = await import("../wasm/wasmExecutor");
		// One core is left to the page.
		return createWasmExecutor(plan, { threads: navigator.hardwareConcurrency - 1, giveWay });
	},
	cpu: async (plan) => new CpuExecutor(plan, objectiveOf(plan)),
	async auto(plan, note) {
		if (plan.turns) return inTurns(plan, note);
		const candidates = (["gpu", "wasm"] as const).map((name) => ({
			name: NAMES[name],
			open: (p: TrainingPlan) => OPEN[name](p, note),
		}));
		const { executor, why } = await fastestBackend(candidates, plan, () => performance.now());
		note(`Trains on ${why}`);
		return executor;
	},
};

function inTurns(plan: TrainingPlan, note: Note): Promise<TrainingExecutor> {
	note(TURNS_NOTE);
	return OPEN.wasm(plan, note);
}

const NAMES = { gpu: "the graphics adapter", wasm: "WebAssembly" } as const;

/** What a browser's worker offers a trainer. */
export const workerHost: TrainerHost = {
	now: () => performance.now(),
	breathe,
	probe: () => probeAdapter(navigator.gpu),
	resolve: openSpec,
	createExecutor: (backend, plan, note) => OPEN[backend](plan, note),
};
