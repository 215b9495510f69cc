import { InvalidInput } from "../engine/core/errors";
import { openSpec } from "../engine/spec/registries";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import type { TrainerHost } from "./trainer";
import type { Backend, DeviceReport } from "./trainerApi";

/** What a browser's worker offers a trainer. */
export const workerHost: TrainerHost = {
	now: () => performance.now(),
	breathe,
	probe,
	resolve: openSpec,
	createExecutor,
};

/** A message to oneself comes after those that wait already, and no timer delays it. */
function breathe(): Promise<void> {
	const { port1, port2 } = new MessageChannel();
	return new Promise((resolve) => {
		port1.onmessage = () => {
			port1.close();
			resolve();
		};
		port2.postMessage(null);
	});
}

async function createExecutor(backend: Backend, _plan: TrainingPlan): Promise<TrainingExecutor> {
	throw new InvalidInput(`There is no ${backend} backend here.`);
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
