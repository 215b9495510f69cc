/** Half of a rate's memory fades in this time. */
const HALF_LIFE_MS = 3000;

/** Speed of a loop from the times at which its steps were reported, smoothed exponentially. */
export class Pace {
	private last: number;
	private elapsedMs = 0;
	private steps = 0;
	private tokens = 0;

	constructor(now: number) {
		this.last = now;
	}

	/** Notes work that was reported at `now`. */
	add(steps: number, tokens: number, now: number): void {
		const dt = Math.max(now - this.last, 0);
		const keep = 2 ** (-dt / HALF_LIFE_MS);
		this.elapsedMs = this.elapsedMs * keep + dt;
		this.steps = this.steps * keep + steps;
		this.tokens = this.tokens * keep + tokens;
		this.last = now;
	}

	/** Leaves out the time until `now`: the loop was paused. */
	skip(now: number): void {
		this.last = now;
	}

	/** 0 before the first measurement. */
	get tokensPerSecond(): number {
		return this.elapsedMs > 0 ? (this.tokens / this.elapsedMs) * 1000 : 0;
	}

	/** Null before the first measurement. */
	secondsFor(steps: number): number | null {
		return this.steps > 0 ? (steps * this.elapsedMs) / this.steps / 1000 : null;
	}
}
