/** In the word that page and workers share: 1 while a person waits for the page to answer. */
const WAITED_FOR = 1;
/** A page that forgot to say that it is done, or ended, holds nobody up for longer. */
const LONGEST_MS = 100;

let word: Int32Array | null = null;

/**
 * Sleeps while a person waits for the page, so that the frame that answers finds a core; at once otherwise. For workers, in the midst of long
 * work: what is worked out does not depend on when.
 */
export function giveWay(): void {
	if (word) Atomics.wait(word, 0, WAITED_FOR, LONGEST_MS);
}

/** In a worker, before it listens to anything else: takes the page's word, and gives way before each message is answered. */
export function giveWayToMessages(): void {
	// Where memory cannot be shared, as inside a page that is not isolated, the page sends no word.
	if (typeof SharedArrayBuffer === "undefined") return;
	addEventListener("message", ({ data }) => {
		if (data instanceof SharedArrayBuffer) takeWord(data);
		else giveWay();
	});
}

export function takeWord(buffer: SharedArrayBuffer): void {
	word = new Int32Array(buffer);
}

/** The page's side. */
export class Courtesy {
	/** Null where memory cannot be shared: nobody gives way there. */
	private readonly word = globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(4)) : null;
	/** Answers that are still owed. */
	private owed = 0;

	/** A worker that was just started will give way. */
	askOf(worker: Worker): void {
		if (this.word) worker.postMessage(this.word.buffer);
	}

	/** A person waits, until the function that comes back is called. */
	begin(): () => void {
		this.owed++;
		this.write(WAITED_FOR);
		return () => {
			if (--this.owed === 0) this.write(0);
		};
	}

	private write(value: number): void {
		if (!this.word) return;
		Atomics.store(this.word, 0, value);
		if (value !== WAITED_FOR) Atomics.notify(this.word, 0);
	}
}

export const courtesy = new Courtesy();
