import type { ExperimentSpec } from "../../engine/spec/experiment";
import { type Origins, originsOf } from "../../engine/training/origins";
import { taskOf } from "../registries";

const found = new WeakMap<ExperimentSpec, Origins | null>();

/** Where all comes from that the credit of an experiment reads, the same object each time; null while its settings make no task. */
export function signalOrigins(spec: ExperimentSpec): Origins | null {
	let origins = found.get(spec);
	if (origins === undefined) {
		origins = known(spec);
		found.set(spec, origins);
	}
	return origins;
}

function known(spec: ExperimentSpec): Origins | null {
	try {
		return originsOf(spec, taskOf(spec));
	} catch {
		return null;
	}
}

/** What the credit of an experiment reads and nothing gives while it trains, in one sentence; empty where all is there. */
export function signalProblem(spec: ExperimentSpec): string {
	const origins = signalOrigins(spec);
	const all = origins ? [...origins.writers.flat(), ...origins.method] : [];
	return all.find(({ missing }) => missing !== "")?.missing ?? "";
}
