import type { StepMetrics } from "../../engine/training/executor";

/** Numbers of steps that are on their way back from the device. */
export class MetricsQueue {
	private readonly steps: { readonly told: Promise<StepMetrics>; arrived: boolean }[] = [];

	add(told: Promise<StepMetrics>): void {
		const step = { told, arrived: false };
		// Whoever takes it hears of a failure.
		told.then(
			() => {
				step.arrived = true;
			},
			() => {},
		);
		this.steps.push(step);
	}

	/** In order, what has arrived; waits until at most `inFlight` steps have not. */
	async take(inFlight: number): Promise<StepMetrics[]> {
		const out: StepMetrics[] = [];
		while (this.steps.length > inFlight || this.steps[0]?.arrived) {
			out.push(await this.steps[0]!.told);
			this.steps.shift();
		}
		return out;
	}
}
