import type { ExperimentSpec } from "../engine/spec/experiment";
import type { RunEvent } from "../engine/training/events";

/** What this machine offers, in a sentence a person can act on. */
export interface DeviceReport {
	readonly status: "ok" | "no-webgpu" | "no-adapter" | "limits-too-small";
	/** Vendor, architecture, description; empty without an adapter. */
	readonly adapter: string;
	readonly software: boolean;
	/** What it means and what to do; empty when all is well. */
	readonly advice: string;
	/** What this build can train on, whatever the adapter; absent: everything. */
	readonly backends?: readonly Backend[];
}

/** "auto" times a few steps on the graphics adapter and in WebAssembly and keeps the faster. */
export type Backend = "gpu" | "wasm" | "cpu" | "auto";

/** The trainer worker's surface: methods only. Events arrive in batches, at most four times a second. */
export interface TrainerApi {
	probe(): Promise<DeviceReport>;
	/**
	 * Starts a run; a run in progress is cancelled first. Resolves when the run has ended; failures arrive as events.
	 * @param from a run file: the run goes on from its checkpoint, with its experiment, and what happened before is told again first.
	 * @param pauses after one training step.
	 */
	run(
		spec: ExperimentSpec,
		backend: Backend,
		onEvents: (events: RunEvent[]) => void,
		from?: Uint8Array | null,
		pauses?: boolean,
	): Promise<void>;
	pause(): Promise<void>;
	resume(): Promise<void>;
	/** One training step, then pause. */
	step(): Promise<void>;
	cancel(): Promise<void>;
	/** Asks for a `rollouts` event with the latest batch. */
	requestRollouts(): Promise<void>;
	/**
	 * The flat parameters that sampled the rollouts of the latest run's `rollouts` event with this step; null where they are no
	 * longer kept (a few events are).
	 */
	policyOf(step: number): Promise<Float32Array<ArrayBuffer> | null>;
	/** The latest run as a file (`*.ascribe.zip`), with its latest checkpoint; null before there is a run. */
	exportRun(): Promise<Uint8Array<ArrayBuffer> | null>;
}
