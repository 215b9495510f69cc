import type { RunEvent } from "../engine/training/events";

const WIDTH = 24;

/** The line of progress: phase, bar, time left, and the latest numbers. */
export class ProgressLine {
	private numbers = "";

	/** The line after `event`, or null if it changes nothing on the line. */
	after(event: RunEvent): string | null {
		if (event.type === "step") {
			const { meanReturn, success, entropy } = event.metrics;
			const speed = `${Math.round(event.tokensPerSecond)} tokens/s`;
			this.numbers = `return ${meanReturn.toFixed(2)}  success ${success.toFixed(2)}  entropy ${entropy.toFixed(2)}  ${speed}`;
			return null;
		}
		if (event.type === "ready") return `${event.parameters} parameters`;
		if (event.type !== "phase") return null;
		const { phase, done, total, note, secondsLeft } = event;
		if (phase === "compiling") return note || "compiling …";
		const left = secondsLeft == null ? "" : `  ${duration(secondsLeft)} left`;
		const rest = phase === "training" ? this.numbers : note;
		return `${phase} ${bar(done / total)} ${done}/${total}${left}  ${rest}`;
	}
}

/** `37 %` */
export function percentDone(done: number, total: number): string {
	return `${Math.floor((100 * done) / Math.max(total, 1))} %`;
}

function bar(share: number): string {
	const full = Math.round(Math.min(Math.max(share, 0), 1) * WIDTH);
	return `[${"#".repeat(full)}${"-".repeat(WIDTH - full)}]`;
}

function duration(seconds: number): string {
	const s = Math.ceil(seconds);
	return s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${(s / 3600).toFixed(1)} h`;
}
