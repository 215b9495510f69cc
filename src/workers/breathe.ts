/** Resolves after the messages that wait already: a message to oneself comes after them, and no timer delays it. */
export function breathe(): Promise<void> {
	const { port1, port2 } = new MessageChannel();
	return new Promise((resolve) => {
		port1.onmessage = () => {
			port1.close();
			resolve();
		};
		port2.postMessage(null);
	});
}
