import { WorkFailed } from "../core/errors";
import type { RunEvent } from "./events";
import type { StepMetrics } from "./executor";
import { Pace } from "./pace";

const PROGRESS_MS = 200;

/** Turns metrics into events: every step once, progress with the time left a few times a second. */
export class Reporter {
	private readonly pace: Pace;
	private progressAt = Number.NEGATIVE_INFINITY;

	/** @param reported last step that was told already; steps repeated after a lost device are not told again. */
	constructor(
		private readonly emit: (event: RunEvent) => void,
		private readonly now: () => number,
		private readonly steps: number,
		public reported: number,
	) {
		this.pace = new Pace(now());
	}

	/** Time until now is not counted: nothing was training. */
	rest(): void {
		this.pace.skip(this.now());
	}

	/** @throws WorkFailed at the first step whose numbers are not finite. */
	report(metrics: readonly StepMetrics[]): void {
		if (metrics.length === 0) return;
		const tokens = metrics.reduce((sum, m) => sum + m.tokens, 0);
		this.pace.add(metrics.length, tokens, this.now());
		for (const m of metrics) {
			if (!m.finite) throw notFinite(m);
			if (m.step <= this.reported) continue;
			this.reported = m.step;
			this.emit({ type: "step", metrics: m, tokensPerSecond: this.pace.tokensPerSecond });
		}
		if (this.now() - this.progressAt >= PROGRESS_MS || this.reported === this.steps) this.progress();
	}

	private progress(): void {
		this.progressAt = this.now();
		const left = this.steps - this.reported;
		const counts = { done: this.reported, total: this.steps, secondsLeft: this.pace.secondsFor(left) };
		this.emit({ type: "phase", phase: "training", note: "", ...counts });
	}
}

function notFinite({ step, stage }: StepMetrics): WorkFailed {
	const where = stage ? ` in ${stage}` : "";
	return new WorkFailed(
		"not-finite",
		`Step ${step}: a number${where} is not finite; training stopped with the parameters of step ${step - 1}. A smaller learning rate or gradient clip usually helps.`,
	);
}
