import { giveWay } from "./courtesy";

/** Resolves after the messages that wait already: a message to oneself comes after them, and no timer delays it. Gives way to the page first. */
export function breathe(): Promise<void> {
	giveWay();
	const { port1, port2 } = new MessageChannel();
	return new Promise((resolve) => {
		port1.onmessage = () => {
			port1.close();
			resolve();
		};
		port2.postMessage(null);
	});
}
