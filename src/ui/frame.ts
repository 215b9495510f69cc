/** Calls back in the next animation frame; at once-a-second pace in hidden tabs, where frames stop but titles still show. */
export function onFrame(callback: (now: number) => void): void {
	const cancel = document.hidden ? afterASecond(called) : inAFrame(called);
	// A frame that was asked for does not come once the tab is hidden: the wait begins anew.
	document.addEventListener("visibilitychange", again, { once: true });
	function called(now: number): void {
		document.removeEventListener("visibilitychange", again);
		callback(now);
	}
	function again(): void {
		cancel();
		onFrame(callback);
	}
}

function afterASecond(callback: (now: number) => void): () => void {
	const timer = setTimeout(() => callback(performance.now()), 1000);
	return () => clearTimeout(timer);
}

function inAFrame(callback: (now: number) => void): () => void {
	const frame = requestAnimationFrame(callback);
	return () => cancelAnimationFrame(frame);
}

/** Wraps `callback` so that any number of calls in one frame leads to one run, with the latest argument. */
export function oncePerFrame<T>(callback: (latest: T) => void): (value: T) => void {
	let latest: T;
	let waiting = false;
	return (value) => {
		latest = value;
		if (waiting) return;
		waiting = true;
		onFrame(() => {
			waiting = false;
			callback(latest);
		});
	};
}

/** Calls back after the frame whose callbacks run now was laid out and painted. */
export function onDrawn(callback: () => void): void {
	const { port1, port2 } = new MessageChannel();
	port1.onmessage = () => {
		port1.close();
		callback();
	};
	port2.postMessage(null);
}

/** Resolves after so many milliseconds. */
export const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
