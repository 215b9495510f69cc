import type { RunEvent } from "./events";
import type { ExecutorLabel } from "./executor";

export interface FingerprintRecord {
	readonly step: number;
	readonly fingerprint: string;
}

/** Keeps what a run file holds: all events in order, except that of rollouts only the latest are kept. */
export class Recorder {
	private readonly kept: RunEvent[] = [];
	private rollouts: Extract<RunEvent, { type: "rollouts" }> | null = null;

	add(event: RunEvent): void {
		if (event.type === "rollouts") this.rollouts = event;
		else if (event.type !== "phase") this.kept.push(event);
	}

	/** Everything but rollouts and progress. */
	get events(): readonly RunEvent[] {
		return this.kept;
	}
	get latestRollouts(): Extract<RunEvent, { type: "rollouts" }> | null {
		return this.rollouts;
	}
	/** The executor that ran last. */
	get label(): ExecutorLabel | null {
		const ready = this.kept.findLast((event) => event.type === "ready");
		return ready?.type === "ready" ? ready.label : null;
	}
	get fingerprints(): FingerprintRecord[] {
		return this.kept.flatMap((e) => (e.type === "fingerprint" ? [{ step: e.step, fingerprint: e.fingerprint }] : []));
	}
}
