import { AscribeError, messageOf } from "../engine/core/errors";
import type { ExperimentSpec } from "../engine/spec/experiment";
import type { Task } from "../engine/tasks/task";
import type { RunEvent } from "../engine/training/events";
import type { TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { modelOf } from "../engine/training/plan";
import { Recorder } from "../engine/training/recorder";
import { Run, type RunHost } from "../engine/training/run";
import { readRunFile, upToCheckpoint, writeRunFile } from "../engine/training/runFile";
import { checkSameModel } from "../engine/training/sameModel";
import { EventBatcher } from "./eventBatcher";
import type { Backend, DeviceReport, TrainerApi } from "./trainerApi";

/** What the trainer takes from the place it runs in. */
export interface TrainerHost extends RunHost {
	probe(): Promise<DeviceReport>;
	/** @throws InvalidInput for unknown tasks, methods, losses and parameters. */
	resolve(spec: ExperimentSpec): { readonly spec: ExperimentSpec; readonly task: Task };
	/** @param note is told what a person should know of the executor. */
	createExecutor(backend: Backend, plan: TrainingPlan, note: (text: string) => void): Promise<TrainingExecutor>;
}

/** One run at a time, on whatever executor its backend names. */
export class Trainer implements TrainerApi {
	private current: Run | null = null;
	private latest: {
		readonly spec: ExperimentSpec;
		readonly task: Task;
		readonly run: Run;
		readonly recorder: Recorder;
	} | null = null;
	private ended: Promise<unknown> = Promise.resolve();

	constructor(private readonly host: TrainerHost) {}

	probe(): Promise<DeviceReport> {
		return this.host.probe();
	}

	async run(
		spec: ExperimentSpec,
		backend: Backend,
		onEvents: (events: RunEvent[]) => void,
		from: Uint8Array | null = null,
		pauses = false,
	): Promise<void> {
		const batcher = new EventBatcher(onEvents);
		this.current?.cancel();
		// In place before anything is awaited, and begun only after waiting messages: a pause sent right after stops step 1.
		const run = this.prepare(spec, backend, batcher, from);
		this.current = run;
		if (pauses) run?.step();
		const before = this.ended;
		const mine = before.then(() => this.host.breathe()).then(() => run?.execute());
		this.ended = mine;
		await mine;
		if (this.current === run) this.current = null;
	}

	private prepare(given: ExperimentSpec, backend: Backend, batcher: EventBatcher, from: Uint8Array | null): Run | null {
		try {
			const before = from && upToCheckpoint(readRunFile(from, "The stored run"));
			const { spec, task } = this.host.resolve(before?.spec ?? given);
			if (before) checkSameModel("The stored run", before.model, modelOf(spec, task));
			// What happened before is told again, so that curves are whole.
			for (const event of before?.events ?? []) batcher.add(event as RunEvent);
			const recorder = new Recorder(before);
			const run = new Run({
				spec,
				task,
				createExecutor: (plan, note) => this.host.createExecutor(backend, plan, note),
				onEvent(event) {
					recorder.add(event);
					batcher.add(event);
				},
				host: this.host,
				...(before?.checkpoint ? { from: before.checkpoint } : {}),
			});
			this.latest = { spec, task, run, recorder };
			return run;
		} catch (error) {
			batcher.add(refusal(error));
			return null;
		}
	}

	async pause(): Promise<void> {
		this.current?.pause();
	}
	async resume(): Promise<void> {
		this.current?.resume();
	}
	async step(): Promise<void> {
		this.current?.step();
	}
	async cancel(): Promise<void> {
		this.current?.cancel();
	}
	async requestRollouts(): Promise<void> {
		this.current?.requestRollouts();
	}

	async policyOf(step: number): Promise<Float32Array<ArrayBuffer> | null> {
		const parameters = await this.latest?.run.policyOf(step).catch(() => null);
		return parameters ? Float32Array.from(parameters) : null;
	}

	async exportRun(): Promise<Uint8Array<ArrayBuffer> | null> {
		if (!this.latest) return null;
		const { spec, task, run, recorder } = this.latest;
		return writeRunFile(recorder.runFile(spec, run.model, task.vocab.tokens, run.latestCheckpoint));
	}
}

function refusal(error: unknown): RunEvent {
	const code = error instanceof AscribeError ? error.code : "unexpected";
	const message = messageOf(error);
	return { type: "failed", code, message, step: 0, resumable: false };
}
