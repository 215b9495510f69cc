import { onDrawn, onFrame } from "./frame";

/** Share of the main thread's time that news of a run may take; the rest is the person's. */
const SHARE = 0.03;
/** As often as people read numbers. */
const SOONEST_MS = 250;
/** News may be this old. Where a picture costs more than this buys, the share is not kept. */
const LATEST_MS = 2000;

/** What the pictures take from the browser. */
export interface PictureClock {
	now(): number;
	after(ms: number, then: () => void): void;
	/** Calls `change` in the next frame, before it is drawn, and `drawn` when it is. */
	frame(change: () => void, drawn: () => void): void;
}

/**
 * Puts what comes by itself on the page: the numbers, curves and rollouts of a run. Changes wait and are made together, in one frame. What a
 * frame took of the main thread, from the first change to the last pixel, decides when the next may come: after `cost / SHARE`, but at
 * least 250 ms and at most two seconds after it. What a person does is not news; it changes the page without asking here.
 */
export class Pictures {
	/** Changes that wait, by subject: a newer one replaces the one that waits. */
	private readonly changes = new Map<unknown, () => void>();
	private waiting = false;
	private asked = false;
	private begun = Number.NEGATIVE_INFINITY;
	/** Time from which on the pictures so far have kept to their share. */
	private paid = Number.NEGATIVE_INFINITY;

	constructor(private readonly clock: PictureClock) {}

	/** Makes a change with the next picture there is time for. */
	add(about: unknown, change: () => void): void {
		this.changes.set(about, change);
		this.wait();
	}

	/** Makes a change, and all others that wait, in the next frame: somebody looks for it already. Later pictures make up for it. */
	hurry(about: unknown, change: () => void): void {
		this.changes.set(about, change);
		this.rush();
	}

	/** Makes the changes that wait in the next frame. */
	rush(): void {
		if (this.changes.size > 0) this.ask();
	}

	private wait(): void {
		if (this.waiting || this.asked || this.changes.size === 0) return;
		const left = Math.max(this.begun + SOONEST_MS, this.paid) - this.clock.now();
		if (left <= 0) {
			this.ask();
			return;
		}
		// A timer: asking for frames meanwhile would keep the browser drawing.
		this.waiting = true;
		this.clock.after(left, () => {
			this.waiting = false;
			// A picture that came in between may not be paid for yet.
			this.wait();
		});
	}

	private ask(): void {
		if (this.asked) return;
		this.asked = true;
		this.clock.frame(
			() => this.draw(),
			() => this.pay(),
		);
	}

	private draw(): void {
		this.asked = false;
		this.begun = this.clock.now();
		const changes = [...this.changes.values()];
		this.changes.clear();
		for (const change of changes) change();
	}

	private pay(): void {
		const cost = this.clock.now() - this.begun;
		this.paid = Math.min(Math.max(this.paid, this.begun) + cost / SHARE, this.begun + LATEST_MS);
	}
}

export const pictures = new Pictures({
	now: () => performance.now(),
	after: (ms, then) => void setTimeout(then, ms),
	frame: (change, drawn) =>
		onFrame(() => {
			onDrawn(drawn);
			change();
		}),
});
