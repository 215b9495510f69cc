import type { RunEvent } from "../engine/training/events";

/** At most four batches a second, as often as people read numbers: each costs the page a message, and a picture. */
const BATCH_MS = 250;

const URGENT: ReadonlySet<RunEvent["type"]> = new Set(["ready", "paused", "finished", "failed"]);

/** Collects events and delivers them in batches; what a person waits for goes out at once, with all that came before it. */
export class EventBatcher {
	private events: RunEvent[] = [];
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(private readonly deliver: (events: RunEvent[]) => void) {}

	add(event: RunEvent): void {
		this.events.push(event);
		if (URGENT.has(event.type)) this.flush();
		else this.timer ??= setTimeout(() => this.flush(), BATCH_MS);
	}

	private flush(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
		if (this.events.length > 0) this.deliver(this.events.splice(0));
	}
}
