/** Work that goes on beside a loop: reads under way, and the first failure among them. */
export class SideWork {
	private readonly pending = new Set<Promise<void>>();
	private failure: { readonly error: unknown } | null = null;

	track(work: Promise<void>): void {
		const settled = work
			.catch((error: unknown) => {
				this.failure ??= { error };
			})
			.finally(() => this.pending.delete(settled));
		this.pending.add(settled);
	}

	/** Throws what went wrong beside the loop, if anything did. */
	check(): void {
		if (this.failure) throw this.failure.error;
	}

	async settle(): Promise<void> {
		while (this.pending.size > 0) await Promise.all(this.pending);
		this.check();
	}
}
