import type { ModelConfig } from "../model/config";
import type { ExperimentSpec } from "../spec/experiment";
import type { Checkpoint } from "./checkpoint";
import type { RunEvent } from "./events";
import type { ExecutorLabel } from "./executor";
import type { FingerprintRecord, RunFile } from "./runFile";

/** Keeps what a run file holds: all events in order, except rollouts and progress. */
export class Recorder {
	private readonly kept: RunEvent[] = [];

	/** @param before the run file that this run goes on from. */
	constructor(private readonly before: RunFile | null = null) {}

	add(event: RunEvent): void {
		if (event.type !== "rollouts" && event.type !== "phase") this.kept.push(event);
	}

	/** The run so far, as its file holds it. */
	runFile(spec: ExperimentSpec, model: ModelConfig, checkpoint: Checkpoint | null): RunFile {
		return {
			spec,
			model,
			label: this.label() ?? this.before?.label ?? null,
			fingerprints: [...(this.before?.fingerprints ?? []), ...this.fingerprints()],
			events: [...(this.before?.events ?? []), ...this.kept],
			rollouts: "",
			credit: "",
			checkpoint,
		};
	}

	/** The executor that ran last. */
	private label(): ExecutorLabel | null {
		const ready = this.kept.findLast((event) => event.type === "ready");
		return ready?.type === "ready" ? ready.label : null;
	}

	private fingerprints(): FingerprintRecord[] {
		return this.kept.flatMap((e) => (e.type === "fingerprint" ? [{ step: e.step, fingerprint: e.fingerprint }] : []));
	}
}
