// One contender a page, named in the query; the runner calls the functions on `bench`.
import { takeCounts } from "./counters.js";
import { makeJob } from "./job.js";

const makers = {
	ascribe: async () => (await import("./ascribe.js")).ascribeContender(),
	jax: async () => (await import("./jax.js")).jaxContender("webgpu"),
	jaxWasm: async () => (await import("./jax.js")).jaxContender("wasm"),
	reference: async () => (await import("./reference.js")).referenceContender(),
	tfjs: async () => (await import("./tfjs.js")).tfjsContender(),
	tfjsWasm: async () => (await import("./tfjsWasm.js")).tfjsWasmContender(),
	wasm: async () => (await import("./wasm.js")).wasmContender(),
	wasm2: async () => (await import("./wasm.js")).wasmContender(2),
};

let contender;

async function timed(work) {
	takeCounts();
	const start = performance.now();
	const value = await work();
	return { ms: performance.now() - start, counts: takeCounts(), value };
}

globalThis.bench = {
	async open(id, sizeName, batch) {
		contender = await makers[id]();
		await contender.load(makeJob(sizeName, batch));
		return contender.name;
	},
	train: () => timed(() => contender.trainStep()),
	async rollout(seed) {
		const run = await timed(() => contender.rollout(seed));
		const { logProbs, tokens } = run.value;
		return {
			...run,
			value: { tokens: tokens.length, meanLogProb: logProbs.reduce((a, b) => a + b, 0) / logProbs.length },
		};
	},
	async adapter() {
		const info = (await navigator.gpu?.requestAdapter())?.info;
		return info ? [info.vendor, info.architecture, info.description].filter(Boolean).join(" ") : "none";
	},
};
