import { type Endpoint, proxy, releaseProxy, wrap } from "comlink";
import type { RunEvent } from "../engine/training/events";
import type { TrainerApi } from "./trainerApi";

export interface TrainerClient extends TrainerApi {
	/** Ends the worker and everything in it. */
	dispose(): void;
}

/** Starts the trainer's worker. */
export function startTrainer(): TrainerClient {
	const worker = new Worker(new URL("./trainer.worker.ts", import.meta.url), { type: "module", name: "trainer" });
	const client = connectTrainer(worker);
	const failed = new Promise<never>((_, reject) => {
		worker.addEventListener("error", (event) => {
			reject(new Error(`The trainer stopped: ${event.message || "its script could not be loaded"}. Reload the page.`));
		});
	});
	failed.catch(() => {});
	return {
		...client,
		probe: () => Promise.race([client.probe(), failed]),
		run: (...args) => Promise.race([client.run(...args), failed]),
		dispose() {
			client.dispose();
			worker.terminate();
		},
	};
}

/** Speaks to a trainer over any channel. Callbacks and errors cross it; nothing else is shared. */
export function connectTrainer(endpoint: Endpoint): TrainerClient {
	const remote = wrap<TrainerApi>(endpoint);
	return {
		probe: () => remote.probe(),
		run: (spec, backend, onEvents, from) =>
			remote.run(
				spec,
				backend,
				proxy((events: RunEvent[]) => onEvents(events)),
				from,
			),
		pause: () => remote.pause(),
		resume: () => remote.resume(),
		step: () => remote.step(),
		cancel: () => remote.cancel(),
		requestRollouts: () => remote.requestRollouts(),
		policyOf: (step) => remote.policyOf(step),
		exportRun: () => remote.exportRun(),
		dispose: () => remote[releaseProxy](),
	};
}
