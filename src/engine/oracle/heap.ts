/** A binary heap: the entry of largest priority first. */
export class MaxHeap<T> {
	private readonly entries: { readonly priority: number; readonly value: T }[] = [];

	get size(): number {
		return this.entries.length;
	}

	push(priority: number, value: T): void {
		const { entries } = this;
		let i = entries.push({ priority, value }) - 1;
		while (i > 0) {
			const up = (i - 1) >> 1;
			if (entries[up]!.priority >= priority) break;
			this.swap(i, up);
			i = up;
		}
	}

	/** @returns undefined when empty. */
	pop(): { readonly priority: number; readonly value: T } | undefined {
		const { entries } = this;
		const top = entries[0];
		const last = entries.pop();
		if (!top || !last || entries.length === 0) return top;
		entries[0] = last;
		for (let i = 0; ; ) {
			const left = 2 * i + 1;
			let best = i;
			for (const c of [left, left + 1])
				if (c < entries.length && entries[c]!.priority > entries[best]!.priority) best = c;
			if (best === i) return top;
			this.swap(i, best);
			i = best;
		}
	}

	private swap(i: number, j: number): void {
		[this.entries[i], this.entries[j]] = [this.entries[j]!, this.entries[i]!];
	}
}
