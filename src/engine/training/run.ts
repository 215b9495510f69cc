import { AscribeError, Cancelled, messageOf } from "../core/errors";
import { type ModelConfig, type ParameterLayout, parameterLayout } from "../model/config";
import { fingerprint } from "../model/fingerprint";
import { initParameters, toFloat32 } from "../model/parameters";
import type { ExperimentSpec } from "../spec/experiment";
import type { Task } from "../tasks/task";
import { type Checkpoint, freshState } from "./checkpoint";
import { type Filling, fillBatch, withFilling } from "./dynamicSampling";
import { evaluate } from "./evaluate";
import type { RunEvent } from "./events";
import type { StepMetrics, TrainingExecutor, TrainingPlan } from "./executor";
import { Gate } from "./gate";
import { planOf } from "./plan";
import { planNote } from "./planNote";
import { type PromptPool, promptPool } from "./prompts";
import { Reporter } from "./reporter";
import { Requests } from "./requests";
import { SideWork } from "./sideWork";
import { warmStart } from "./warmStart";

/** Steps that may be queued while the next one is issued: enough to keep the device busy, few enough to pause promptly. */
const QUEUED_STEPS = 2;
/** What a lost device or a closed tab may cost. */
const CHECKPOINT_MS = 10_000;
/** The first one comes sooner, and the time between them doubles: until then a young run would lose everything. */
const FIRST_CHECKPOINT_MS = 500;
/** Rollouts whose policy is remembered: those on screen, those that wait, and one that is just being asked about. */
const POLICIES = 3;
/** Lets messages in at least this often, where the executor computes on this very thread. */
const BREATHE_MS = 40;
/** Losses of the device in a row, without a checkpoint in between, after which the run gives up. */
const LOSSES = 3;

/** What the engine takes from the machine it runs on. */
export interface RunHost {
	/** Milliseconds from any origin. */
	now(): number;
	/** Resolves after waiting messages and timers were served. */
	breathe(): Promise<void>;
}

export interface RunOptions {
	readonly spec: ExperimentSpec;
	readonly task: Task;
	/** Called at the start, and again after a lost device; `note` is told what a person should know of the executor. */
	createExecutor(plan: TrainingPlan, note: (text: string) => void): Promise<TrainingExecutor>;
	onEvent(event: RunEvent): void;
	readonly host: RunHost;
	/** Goes on from here; the rest of the run equals that of an uninterrupted one. */
	readonly from?: Checkpoint;
}

export interface RunOutcome {
	readonly reason: "done" | "cancelled" | "failed";
	/** Latest parameters known to be good; null if the run ended before it had any. */
	readonly checkpoint: Checkpoint | null;
	readonly error?: unknown;
}

/**
 * One training run on any executor: compile, warm start, then `spec.steps` times sample and learn. Steps are queued ahead
 * and their metrics read as they come; fingerprints, evaluations and rollouts are read on the side. Step k means "after k
 * training steps", in events, fingerprints and checkpoints alike.
 */
export class Run {
	private readonly gate = new Gate();
	private readonly plan: TrainingPlan;
	private readonly pool: PromptPool;
	private readonly requests: Requests;
	private readonly layout: ParameterLayout;
	private readonly reporter: Reporter;
	private side = new SideWork();
	private checkpoint: Checkpoint | null;
	/** A snapshot ahead of the metrics; going on from it would leave steps untold. */
	private candidate: Checkpoint | null = null;
	/** Milliseconds from one to the next, as long as they grow. */
	private checkpointGap = FIRST_CHECKPOINT_MS;
	private checkpointDue = 0;
	private breathedAt: number;
	/** Training steps issued to the executor at hand. */
	private issued = 0;
	private wantRollouts = false;
	/** Parameters that sampled the rollouts last read, by step. */
	private readonly policies = new Map<number, Promise<Float32Array>>();
	private latestRollouts: RunEvent | null = null;
	/** What the batches of queued steps took, where they are filled. */
	private readonly fillings = new Map<number, Filling>();
	private ended = false;

	/** @throws InvalidInput when spec and task do not fit together. */
	constructor(private readonly options: RunOptions) {
		const { spec, task, host, from } = options;
		this.pool = promptPool(task, spec);
		this.plan = planOf(spec, task, this.pool);
		this.requests = new Requests(this.plan, this.pool);
		this.layout = parameterLayout(this.plan.model);
		this.checkpoint = from ?? null;
		this.reporter = new Reporter((event) => this.emit(event), host.now, spec.steps, from?.step ?? 0);
		this.breathedAt = host.now();
	}

	get model(): ModelConfig {
		return this.plan.model;
	}
	/** Latest parameters known to be good; null before step 0. */
	get latestCheckpoint(): Checkpoint | null {
		return this.checkpoint;
	}

	/** Parameters that sampled the rollouts of a `rollouts` event; null if that was too long ago or never. */
	async policyOf(step: number): Promise<Float32Array | null> {
		return (await this.policies.get(step)) ?? null;
	}

	pause(): void {
		this.gate.pause();
	}
	resume(): void {
		this.gate.resume();
	}
	/** One training step, and the whole warm start if that comes before it, then pause. */
	step(): void {
		this.gate.step();
	}
	cancel(): void {
		this.gate.cancel();
	}
	/** Asks for a `rollouts` event with the next batch, or with the latest one while paused. */
	requestRollouts(): void {
		this.wantRollouts = true;
		this.gate.notify();
	}

	/** Runs to the end. Never rejects: failures are an event and part of the outcome. */
	async execute(): Promise<RunOutcome> {
		const outcome = await this.surviveLosses().then(
			(): RunOutcome => ({ reason: "done", checkpoint: this.checkpoint }),
			(error: unknown): RunOutcome =>
				error instanceof Cancelled
					? { reason: "cancelled", checkpoint: this.checkpoint }
					: { reason: "failed", checkpoint: this.checkpoint, error },
		);
		this.emit(endEvent(outcome, this.reporter.reported));
		this.ended = true;
		return outcome;
	}

	/** A lost device costs the steps since the last checkpoint, nothing else. */
	private async surviveLosses(): Promise<void> {
		let losses = 0;
		let before = this.checkpoint?.step;
		for (;;)
			try {
				return await this.session();
			} catch (error) {
				losses = this.checkpoint?.step === before ? losses + 1 : 1;
				before = this.checkpoint?.step;
				if (!isDeviceLoss(error) || losses >= LOSSES) throw error;
				this.compiling(`The device was lost; training goes on from step ${before ?? 0}.`);
			}
	}

	/** Everything that happens on one executor. */
	private async session(): Promise<void> {
		this.side = new SideWork();
		this.candidate = null;
		this.compiling("");
		const notes = [planNote(this.options.spec)].filter(Boolean);
		const executor = await this.options.createExecutor(this.plan, (note) => notes.push(note));
		try {
			this.gate.check();
			const { label, counts } = executor;
			this.emit({ type: "ready", label, counts, parameters: this.layout.count, note: notes.join(" ") });
			if (this.checkpoint) this.restore(executor, this.checkpoint);
			else await this.begin(executor);
			await this.train(executor);
		} finally {
			executor.dispose();
		}
	}

	private restore(executor: TrainingExecutor, { state, reference, step }: Checkpoint): void {
		if (reference) {
			executor.upload(freshState(reference));
			executor.freezeReference();
		}
		executor.upload(state);
		this.issued = step;
		this.checkpointDue = this.options.host.now() + this.checkpointGap;
	}

	/** Initial parameters, warm start if the spec asks for one, reference policy, first fingerprint and evaluation. */
	private async begin(executor: TrainingExecutor): Promise<void> {
		const { spec } = this.options;
		executor.upload(freshState(toFloat32(initParameters(this.plan.model, this.plan.seed))));
		if (spec.warmStart) await this.warmStart(executor, spec.warmStart);
		executor.freezeReference();
		this.issued = 0;
		this.checkpoint = await this.snapshot(executor, 0);
		this.checkpointDue = this.options.host.now() + this.checkpointGap;
		// What the warm start took is worth keeping; initial parameters follow from the seed.
		if (spec.warmStart) this.emit({ type: "checkpoint", step: 0 });
		this.tellFingerprint(0, this.checkpoint.state.parameters);
		if (spec.evaluation.every > 0) this.evaluate(executor, 0);
	}

	/** Reinforcement learning starts with fresh moments: those of the supervised steps belong to another loss. */
	private async warmStart(executor: TrainingExecutor, goal: NonNullable<ExperimentSpec["warmStart"]>): Promise<void> {
		const { plan, pool, requests } = this;
		const proceed = async () => {
			await this.waitWhilePaused(0, async () => {});
			await this.breathe();
		};
		const emit = (event: RunEvent) => this.emit(event);
		await warmStart({ plan, task: this.options.task, pool, requests, executor, emit, proceed }, goal);
		executor.upload(freshState((await executor.download()).parameters));
	}

	private async train(executor: TrainingExecutor): Promise<void> {
		const { steps } = this.options.spec;
		this.reporter.rest();
		try {
			while (this.issued < steps) {
				await this.waitWhilePaused(this.issued, () => this.drain(executor));
				this.gate.enter();
				await this.sample(executor, this.issued + 1);
				this.issue(executor, ++this.issued);
				this.report(await executor.metrics(QUEUED_STEPS));
				await this.breathe();
			}
			await this.drain(executor);
		} catch (error) {
			if (error instanceof Cancelled) await this.keepLast(executor);
			throw error;
		}
	}

	/** The rollouts of a step; filled with groups that differ only where the plan asks for it: then the returns of each round are read. */
	private async sample(executor: TrainingExecutor, step: number): Promise<void> {
		const { plan, requests } = this;
		if ((plan.sampling.rounds ?? 1) === 1) return executor.rollout(requests.training(step));
		const proceed = async () => {
			await this.breathe();
			this.gate.check();
		};
		this.fillings.set(step, await fillBatch(executor, (round) => requests.training(step, round), plan, proceed));
	}

	/** Enqueues learning from the rollouts of one step and the reads that are due after it; none of them holds up the next step. */
	private issue(executor: TrainingExecutor, step: number): void {
		const { spec, host } = this.options;
		const last = step === spec.steps;
		const { every } = spec.evaluation;
		const evaluation = every > 0 && (step % every === 0 || last);
		const reads = this.wantRollouts || last || evaluation || this.gate.closed;
		if (reads) this.rememberPolicy(executor, step);
		executor.train(step);
		const isNamed = isFingerprintStep(step) || last;
		const checkpoint = last || host.now() >= this.checkpointDue;
		if (isNamed || checkpoint) this.side.track(this.keep(executor, step, { fingerprint: isNamed, checkpoint }));
		// One at a time: a newer candidate would take the place of one whose metrics are not in yet.
		if (checkpoint) this.checkpointDue = Number.POSITIVE_INFINITY;
		if (reads) this.readRollouts(executor, step);
		if (evaluation) this.evaluate(executor, step);
	}

	private async keep(executor: TrainingExecutor, step: number, due: { fingerprint: boolean; checkpoint: boolean }) {
		const snapshot = await this.snapshot(executor, step);
		if (!snapshot.state.parameters.every(Number.isFinite)) return;
		if (due.checkpoint) this.candidate = snapshot;
		if (due.fingerprint) this.tellFingerprint(step, snapshot.state.parameters);
	}

	private report(metrics: readonly StepMetrics[]): void {
		this.reporter.report(metrics.map((m) => withFilling(m, this.fillings.get(m.step))));
		for (const { step } of metrics) this.fillings.delete(step);
		this.side.check();
		const { candidate } = this;
		if (!candidate || candidate === this.checkpoint || candidate.step > this.reporter.reported) return;
		this.checkpoint = candidate;
		this.checkpointGap = Math.min(2 * this.checkpointGap, CHECKPOINT_MS);
		this.checkpointDue = this.options.host.now() + this.checkpointGap;
		this.emit({ type: "checkpoint", step: candidate.step });
	}

	/** A cancelled run ends with its latest parameters, unless they cannot be had. */
	private async keepLast(executor: TrainingExecutor): Promise<void> {
		try {
			await this.drain(executor);
			await this.keep(executor, this.issued, { fingerprint: true, checkpoint: true });
			this.report([]);
		} catch {
			// The device may be the reason for the cancel; the last checkpoint then stands.
		}
	}

	private async snapshot(executor: TrainingExecutor, step: number): Promise<Checkpoint> {
		const state = await executor.download();
		const reference = this.plan.reference ? (this.checkpoint?.reference ?? state.parameters) : null;
		return { step, state, reference };
	}

	private tellFingerprint(step: number, parameters: Float32Array): void {
		this.emit({ type: "fingerprint", step, fingerprint: fingerprint(parameters, this.layout) });
	}

	private evaluate(executor: TrainingExecutor, step: number): void {
		const measured = evaluate(executor, this.requests, step, this.plan.groupSize);
		this.side.track(
			measured.then(({ success, meanReturn }) => this.emit({ type: "evaluation", step, success, meanReturn })),
		);
	}

	/** Before the step that changes it: what the exact values of its rollouts are about. */
	private rememberPolicy(executor: TrainingExecutor, step: number): void {
		const policy = executor.download().then(({ parameters }) => parameters);
		this.policies.set(step, policy);
		for (const old of [...this.policies.keys()].slice(0, -POLICIES)) this.policies.delete(old);
		this.side.track(policy.then(() => undefined));
	}

	private readRollouts(executor: TrainingExecutor, step: number): void {
		this.wantRollouts = false;
		this.side.track(
			executor.readRollouts().then((read) => {
				this.latestRollouts = { type: "rollouts", step, ...read };
				this.emit(this.latestRollouts);
			}),
		);
	}

	/** While paused: finishes what is queued, says so once, shows rollouts on request. */
	private async waitWhilePaused(step: number, settle: () => Promise<void>): Promise<void> {
		this.gate.check();
		if (this.gate.closed) {
			await settle();
			this.emit({ type: "paused", step });
			while (this.gate.closed) {
				if (this.wantRollouts && this.latestRollouts) this.emit(this.latestRollouts);
				this.wantRollouts = false;
				await this.gate.changed();
				this.gate.check();
			}
			this.reporter.rest();
		}
	}

	/** Waits for everything queued. */
	private async drain(executor: TrainingExecutor): Promise<void> {
		this.report(await executor.metrics(0));
		await this.side.settle();
		this.report([]);
	}

	private async breathe(): Promise<void> {
		const { host } = this.options;
		if (host.now() - this.breathedAt < BREATHE_MS) return;
		await host.breathe();
		this.breathedAt = host.now();
	}

	private compiling(note: string): void {
		this.emit({ type: "phase", phase: "compiling", done: 0, total: 1, note });
	}

	/** Nothing is said after the end, not even by reads that were under way. */
	private emit(event: RunEvent): void {
		if (!this.ended) this.options.onEvent(event);
	}
}

/** Fingerprints stand at step 0, at powers of two, and at the last step. */
function isFingerprintStep(step: number): boolean {
	return (step & (step - 1)) === 0;
}

function isDeviceLoss(error: unknown): boolean {
	return error instanceof AscribeError && error.code === "device-lost";
}

function endEvent({ reason, checkpoint, error }: RunOutcome, step: number): RunEvent {
	if (reason !== "failed") return { type: "finished", step, reason };
	const code = error instanceof AscribeError ? error.code : "unexpected";
	const message = messageOf(error);
	return { type: "failed", code, message, step, resumable: checkpoint !== null };
}
