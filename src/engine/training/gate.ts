import { Cancelled } from "../core/errors";

/** Pause, resume, single step and cancel of a loop that asks before each piece of work. */
export class Gate {
	private paused = false;
	private single = false;
	private stopped = false;
	private wake: (() => void)[] = [];

	pause(): void {
		this.paused = true;
		this.notify();
	}
	resume(): void {
		this.paused = false;
		this.notify();
	}
	/** Lets one piece of work through, then pauses. */
	step(): void {
		this.paused = true;
		this.single = true;
		this.notify();
	}
	cancel(): void {
		this.stopped = true;
		this.notify();
	}
	/** Wakes a paused loop without letting it through. */
	notify(): void {
		for (const wake of this.wake.splice(0)) wake();
	}

	get closed(): boolean {
		return this.paused && !this.single;
	}

	/** Resolves at the next call of any method above. */
	changed(): Promise<void> {
		return new Promise((resolve) => this.wake.push(resolve));
	}

	/** @throws Cancelled */
	check(): void {
		if (this.stopped) throw new Cancelled();
	}

	/** Takes the permission for one piece of work. */
	enter(): void {
		this.single = false;
	}
}
