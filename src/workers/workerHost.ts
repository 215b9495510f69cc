import { InvalidInput } from "../engine/core/errors";
import { openSpec } from "../engine/spec/registries";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { objectiveOf } from "../engine/training/objective";
import { breathe } from "./breathe";
import type { TrainerHost } from "./trainer";
import type { Backend, DeviceReport } from "./trainerApi";

/** What a browser's worker offers a trainer. */
export const workerHost: TrainerHost = {
	now: () => performance.now(),
	breathe,
	probe: async () => ({ ...(await probe()), backends: Object.keys(OPEN) as Backend[] }),
	resolve: openSpec,
	createExecutor,
};

type Open = (plan: TrainingPlan) => Promise<TrainingExecutor>;

/** Executors of the browser; each loads when it is first used. */
const OPEN: Readonly<Partial<Record<Backend, Open>>> = {
	async wasm(plan) {
		const { createWasmExecutor } = await import("../wasm/wasmExecutor");
		// One core is left to the page.
		return createWasmExecutor(plan, { threads: navigator.hardwareConcurrency - 1 });
	},
	cpu: async (plan) => new CpuExecutor(plan, objectiveOf(plan)),
};

async function createExecutor(backend: Backend, plan: TrainingPlan): Promise<TrainingExecutor> {
	const open = OPEN[backend];
	if (!open) throw new InvalidInput(`There is no ${backend} backend here.`);
	return open(plan);
}

async function probe(): Promise<DeviceReport> {
	const none = { adapter: "", software: false };
	if (!navigator.gpu)
		return {
			...none,
			status: "no-webgpu",
			advice: "This browser has no WebGPU; open the page in Chrome 113 or later.",
		};
	const adapter = await navigator.gpu.requestAdapter();
	if (!adapter)
		return {
			...none,
			status: "no-adapter",
			advice: "The browser offers no graphics adapter; turn on hardware acceleration.",
		};
	const { vendor, architecture, description, isFallbackAdapter: software } = adapter.info;
	return { status: "ok", adapter: [vendor, architecture, description].filter(Boolean).join(" "), software, advice: "" };
}
