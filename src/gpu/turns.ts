/**
 * Keeps the order of what is asked of an executor. As long as nothing takes its time, everything is done when it is asked for;
 * behind something that does, the rest waits its turn.
 */
export class Turns {
	private last: Promise<unknown> | null = null;

	/** Now, or after what is being waited for. */
	do(work: () => void): void {
		if (this.last) this.hold(async () => work()).catch(() => {});
		else work();
	}

	/** As `do`, for what has an answer. */
	ask<T>(work: () => Promise<T>): Promise<T> {
		return this.last ? this.hold(work) : work();
	}

	/** Everything that comes after waits until this is done. */
	hold<T>(work: () => Promise<T>): Promise<T> {
		const mine = (this.last ?? Promise.resolve()).then(work);
		const settled = mine
			.catch(() => {})
			.then(() => {
				if (this.last === settled) this.last = null;
			});
		this.last = settled;
		return mine;
	}
}
