import { batchRecords, creditRecords } from "../formats/batchRecords";
import type { ModelConfig } from "../model/config";
import type { ExperimentSpec } from "../spec/experiment";
import type { Checkpoint } from "./checkpoint";
import type { RunEvent } from "./events";
import type { ExecutorLabel } from "./executor";
import type { FingerprintRecord, RunFile } from "./runFile";

/** Keeps what a run file holds: all events in order but progress and the news of a checkpoint; of rollouts only the latest. */
export class Recorder {
	private readonly kept: RunEvent[] = [];

	private rollouts: Extract<RunEvent, { type: "rollouts" }> | null = null;

	/** @param before the run file that this run goes on from. */
	constructor(private readonly before: RunFile | null = null) {}

	add(event: RunEvent): void {
		if (event.type === "rollouts") this.rollouts = event;
		else if (event.type !== "phase" && event.type !== "checkpoint") this.kept.push(event);
	}

	/** The run so far, as its file holds it. @param vocabulary printable name of each token id. */
	runFile(
		spec: ExperimentSpec,
		model: ModelConfig,
		vocabulary: readonly string[],
		checkpoint: Checkpoint | null,
	): RunFile {
		const { rollouts } = this;
		const records = rollouts ? batchRecords(rollouts.batch, { step: rollouts.step, vocabulary }) : [];
		return {
			spec,
			model,
			label: this.label() ?? this.before?.label ?? null,
			fingerprints: [...(this.before?.fingerprints ?? []), ...this.fingerprints()],
			events: [...(this.before?.events ?? []), ...this.kept],
			rollouts: jsonLines(records),
			credit: rollouts ? jsonLines(creditRecords(rollouts.credit, records, rollouts.batch.T)) : "",
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

function jsonLines(values: readonly unknown[]): string {
	return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
