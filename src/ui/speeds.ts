import { createStore } from "zustand/vanilla";
import type { ExecutorLabel } from "../engine/training/executor";
import type { Backend, DeviceReport } from "../workers/trainerApi";
import { remember, remembered } from "./remembered";
import { costOf } from "./setup";
import { isActive, type Run, runStore } from "./stores/run";

/** Operations a second that runs got through on this machine, by executor, counted as `stepCost` estimates them. */
export type Speeds = Readonly<Record<string, number>>;

const KEY = "ascribe.speeds/1";

export const speedStore = createStore<Speeds>(() => soundSpeeds(remembered(KEY)));

/** What a speed is remembered under: graphics adapters differ, the processor of a machine does not. */
const nameOf = ({ kind, adapter }: Pick<ExecutorLabel, "kind" | "adapter">) =>
	kind === "gpu" ? `gpu ${adapter}` : kind;

/** Learns the speed of each executor from the runs that are made, and remembers it for the next visit. */
export function followSpeeds(): void {
	runStore.subscribe((run, before) => {
		if (run.stepsPerSecond !== before.stepsPerSecond) note(run);
		if (isActive(before.phase) && !isActive(run.phase)) remember(KEY, JSON.stringify(speedStore.getState()));
	});
}

function note({ label, spec, stepsPerSecond }: Run): void {
	const cost = label && spec && stepsPerSecond > 0 ? costOf(spec) : null;
	if (label && cost) speedStore.setState({ [nameOf(label)]: cost.flops * stepsPerSecond });
}

/** Operations a second that the next run can be expected to get through; null where this machine has not shown it. */
export function speedOn(speeds: Speeds, backend: Backend, device: DeviceReport | null): number | null {
	const gpu = device ? (speeds[nameOf({ kind: "gpu", adapter: device.adapter })] ?? null) : null;
	if (backend === "gpu") return gpu;
	if (backend !== "auto") return speeds[backend] ?? null;
	return Math.max(gpu ?? 0, speeds.wasm ?? 0) || null;
}

/** What storage holds, as far as it is sound. */
export function soundSpeeds(kept: string | null): Speeds {
	try {
		const entries = Object.entries(JSON.parse(kept ?? "{}") as object);
		return Object.fromEntries(entries.filter(([, x]) => typeof x === "number" && x > 0 && Number.isFinite(x)));
	} catch {
		return {};
	}
}
