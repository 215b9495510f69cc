/** The first of the two words that page and workers share is 1 while a person waits for the page to answer. */
const WAITED_FOR = 1;
/** The second counts what the person did. */
const NEWS = 1;
/** Longest wait for a page that never says that it is done, or that was closed. */
const WITHOUT_NEWS_MS = 100;
/** Longest wait while a person goes on without a break, as in scrolling: the work then continues a piece at a time. */
const LONGEST_MS = 2000;

let words: Int32Array | null = null;

/**
 * Sleeps while a person waits for the page, so that the frame that answers finds a core; at once otherwise. For workers, in the midst of long
 * work: what is worked out does not depend on when.
 */
export function giveWay(): void {
	if (!words) return;
	for (let ms = 0; ms < LONGEST_MS; ms += WITHOUT_NEWS_MS) {
		const news = Atomics.load(words, NEWS);
		if (Atomics.wait(words, 0, WAITED_FOR, WITHOUT_NEWS_MS) !== "timed-out" || Atomics.load(words, NEWS) === news)
			return;
	}
}

/** In a worker, before it listens to anything else: takes the page's words, and gives way before each message is answered. */
export function giveWayToMessages(): void {
	// Where memory cannot be shared, as inside a page that is not isolated, the page sends none.
	if (typeof SharedArrayBuffer === "undefined") return;
	addEventListener("message", ({ data }) => {
		if (data instanceof SharedArrayBuffer) takeWords(data);
		else giveWay();
	});
}

/** Takes the words that the page shares with this worker. */
export function takeWords(buffer: SharedArrayBuffer): void {
	words = new Int32Array(buffer);
}

/** The page's side. */
export class Courtesy {
	/** Null where memory cannot be shared: nobody gives way there. */
	private readonly words = globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(8)) : null;
	/** Answers that are still owed. */
	private owed = 0;

	/** Tells a worker that was just started whom it has to give way to. */
	askOf(worker: Worker): void {
		if (this.words) worker.postMessage(this.words.buffer);
	}

	/** Says that a person waits for the page, until the function that it returns is called. */
	begin(): () => void {
		this.owed++;
		this.again();
		this.write(WAITED_FOR);
		return () => {
			if (--this.owed === 0) this.write(0);
		};
	}

	/** The person who waits did something again, for which no new answer is owed. */
	again(): void {
		if (this.words) Atomics.add(this.words, NEWS, 1);
	}

	private write(value: number): void {
		if (!this.words) return;
		Atomics.store(this.words, 0, value);
		if (value !== WAITED_FOR) Atomics.notify(this.words, 0);
	}
}

export const courtesy = new Courtesy();
