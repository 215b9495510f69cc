import { STREAMS } from "../core/rng";
import type { CreditResult, RolloutBatch } from "../rollouts/batch";
import type { TrainingExecutor } from "./executor";

/** Rollouts of one training step, and the parameters that sampled them. */
export interface TapedStep {
	readonly step: number;
	readonly parameters: Float32Array;
	readonly batch: RolloutBatch;
	readonly credit: CreditResult;
}

/**
 * An executor that behaves as `inner` and keeps, for some training steps, the rollouts and the parameters that wrote them.
 * Reads are enqueued between sampling and learning, so the run itself is not changed.
 */
export class TapedExecutor implements TrainingExecutor {
	private readonly reads: Promise<TapedStep>[] = [];
	private readonly before = new Map<number, Promise<Float32Array>>();

	constructor(
		private readonly inner: TrainingExecutor,
		private readonly steps: ReadonlySet<number>,
	) {}

	/** Everything kept so far, by step. */
	tape(): Promise<TapedStep[]> {
		return Promise.all(this.reads);
	}

	rollout: TrainingExecutor["rollout"] = (request) => {
		if (request.stream === STREAMS.sample && this.steps.has(request.step))
			this.before.set(
				request.step,
				this.inner.download().then(({ parameters }) => parameters.slice()),
			);
		this.inner.rollout(request);
	};

	train: TrainingExecutor["train"] = (step) => {
		this.inner.train(step);
		const before = this.before.get(step);
		if (!before) return;
		const read = this.inner.readRollouts();
		this.reads.push(Promise.all([before, read]).then(([parameters, found]) => ({ step, parameters, ...found })));
	};

	get label() {
		return this.inner.label;
	}
	get counts() {
		return this.inner.counts;
	}
	upload: TrainingExecutor["upload"] = (state) => this.inner.upload(state);
	download: TrainingExecutor["download"] = () => this.inner.download();
	freezeReference: TrainingExecutor["freezeReference"] = () => this.inner.freezeReference();
	readGroups: TrainingExecutor["readGroups"] = () => this.inner.readGroups();
	keep: TrainingExecutor["keep"] = (groups) => this.inner.keep(groups);
	supervise: TrainingExecutor["supervise"] = (batch) => this.inner.supervise(batch);
	metrics: TrainingExecutor["metrics"] = (inFlight) => this.inner.metrics(inFlight);
	readOutcomes: TrainingExecutor["readOutcomes"] = () => this.inner.readOutcomes();
	readRollouts: TrainingExecutor["readRollouts"] = () => this.inner.readRollouts();
	dispose: TrainingExecutor["dispose"] = () => this.inner.dispose();
}
