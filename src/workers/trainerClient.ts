import { type Endpoint, proxy, releaseProxy, wrap } from "comlink";
import type { RunEvent } from "../engine/training/events";
import { courtesy } from "./courtesy";
import type { TrainerApi } from "./trainerApi";

export interface TrainerClient extends TrainerApi {
	/** Ends the worker and everything in it. */
	dispose(): void;
}

/** The trainer in a worker of its own, started by the first call. */
export function startTrainer(): TrainerClient {
	let started: ReturnType<typeof startWorker> | null = null;
	const there = () => {
		started ??= startWorker();
		return started;
	};
	const orFailed = <T>(call: (client: TrainerClient) => Promise<T>) => {
		const { client, failed } = there();
		return Promise.race([call(client), failed]);
	};
	return {
		probe: () => orFailed((trainer) => trainer.probe()),
		run: (...args) => orFailed((trainer) => trainer.run(...args)),
		pause: () => there().client.pause(),
		resume: () => there().client.resume(),
		step: () => there().client.step(),
		cancel: () => there().client.cancel(),
		requestRollouts: () => there().client.requestRollouts(),
		policyOf: (step) => there().client.policyOf(step),
		exportRun: () => there().client.exportRun(),
		dispose() {
			started?.client.dispose();
			started?.worker.terminate();
		},
	};
}

function startWorker() {
	const worker = new Worker(new URL("./trainer.worker.ts", import.meta.url), { type: "module", name: "trainer" });
	courtesy.askOf(worker);
	const failed = new Promise<never>((_, reject) => {
		worker.addEventListener("error", (event) => {
			reject(new Error(`The trainer stopped: ${event.message || "its script could not be loaded"}. Reload the page.`));
		});
	});
	failed.catch(() => {});
	return { worker, failed, client: connectTrainer(worker) };
}

/** Speaks to a trainer over any channel. Callbacks and errors cross it; nothing else is shared. */
export function connectTrainer(endpoint: Endpoint): TrainerClient {
	const remote = wrap<TrainerApi>(endpoint);
	return {
		probe: () => remote.probe(),
		run: (spec, backend, onEvents, from, pauses) =>
			remote.run(
				spec,
				backend,
				proxy((events: RunEvent[]) => onEvents(events)),
				from,
				pauses,
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
