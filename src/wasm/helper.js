// What a helper thread runs: it waits for work in shared memory and takes pieces until none is left. Plain JavaScript, started from its
// own text, so that the same file serves browsers and Node. The words of `control` are named in crew.ts.
const port = typeof require === "function" ? require("node:worker_threads").parentPort : globalThis;

port.onmessage = ({ data: { module, memory, table, thread, temperature, topP, control: address } }) => {
	const { exports } = new WebAssembly.Instance(module, { env: { memory } });
	exports.configure(table, thread, temperature, topP);
	const control = new Int32Array(memory.buffer, address, 16);
	port.postMessage("ready");
	// Jobs are counted here, not read off the counter: the next one may have begun before this thread looks again.
	for (let seen = 0; ; seen = (seen + 1) | 0) {
		while (Atomics.load(control, 0) === seen) Atomics.wait(control, 0, seen);
		const [, , , kind, count, flat, packed, items, chunk] = control;
		for (let i = Atomics.add(control, 1, 1); i < count; i = Atomics.add(control, 1, 1))
			exports.work(kind, i, count, flat, packed, items, chunk);
		Atomics.add(control, 2, 1);
	}
};
