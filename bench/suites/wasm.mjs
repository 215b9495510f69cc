// The WebAssembly executor beside PyTorch on one thread, jax-js and TensorFlow.js on their WebAssembly backends: one interleaved run.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ADAM, makeJob, SIZES, shapes } from "../page/job.js";
import { median, openArena } from "../peers.mjs";

const LOSS_STEPS = 4;
const LOSS_TOLERANCE = 1e-4;
const TORCH = join(dirname(fileURLToPath(import.meta.url)), "..", "torchContender.py");

const options = {
	size: { type: "string", default: "small,large" },
	rounds: { type: "string", default: "15" },
	contenders: { type: "string", default: "wasm,torch,jaxWasm,tfjsWasm" },
	python: { type: "string", default: "/usr/bin/python3" },
};

/** A contender in a page of its own. */
async function openPage(arena, id, sizeName) {
	const page = await arena.open();
	const name = await page.evaluate(([i, s]) => globalThis.bench.open(i, s, 0), [id, sizeName]);
	return {
		id,
		name,
		train: () => page.evaluate(() => globalThis.bench.train()),
		rollout: (seed) => page.evaluate((s) => globalThis.bench.rollout(s), seed),
		close: () => page.close(),
	};
}

/** PyTorch in a process of its own; null where this Python has none. */
function openTorch(sizeName, python) {
	const version = spawnSync(python, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" });
	if (version.status !== 0) {
		console.error(
			`bench: ${python} has no torch; PyTorch is left out (Debian: apt-get install python3-torch libopenblas0-pthread).`,
		);
		return null;
	}
	const home = mkdtempSync(join(tmpdir(), "ascribe-bench-"));
	writeJob(home, makeJob(sizeName, 0));
	const child = spawn(python, [TORCH, join(home, "job.json")], {
		stdio: ["pipe", "pipe", "inherit"],
		env: { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" },
	});
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const ask = async (command) => {
		child.stdin.write(`${command}\n`);
		return JSON.parse((await lines.next()).value);
	};
	return {
		id: "torch",
		name: `PyTorch ${version.stdout.trim()}, 1 thread`,
		train: () => ask("train"),
		rollout: (seed) => ask(`rollout ${seed}`),
		async close() {
			child.stdin.end();
			rmSync(home, { recursive: true });
		},
	};
}

function writeJob(home, { size, weights, tokens, advantages }) {
	for (const [name, data] of Object.entries({ ...weights, tokens, advantages }))
		writeFileSync(join(home, name), new Uint8Array(data.buffer));
	writeFileSync(join(home, "job.json"), JSON.stringify({ size, shapes: shapes(size), adam: ADAM }));
}

async function measure(contender, rounds, times) {
	for (let round = 0; round < rounds; round++)
		for (const c of contender) {
			times.get(c).train.push((await c.train()).ms);
			times.get(c).rollout.push((await c.rollout(round + 2)).ms);
		}
}

function report(sizeName, contenders, times) {
	const { batch, length } = SIZES[sizeName];
	const own = times.get(contenders[0]);
	console.log(`\n${sizeName}: medians of interleaved rounds; ratio = our time / time of the peer`);
	const row = (cells) => console.log(cells.map((c, i) => (i ? String(c).padStart(12) : String(c).padEnd(34))).join(""));
	row(["", "train ms", "tok/s", "ratio", "rollout ms", "tok/s", "ratio"]);
	for (const c of contenders) {
		const cells = ["train", "rollout"].flatMap((kind) => {
			const ms = median(times.get(c)[kind]);
			return [ms.toFixed(1), ((1000 * batch * length) / ms).toFixed(0), (median(own[kind]) / ms).toFixed(2)];
		});
		row([c.name, ...cells]);
	}
}

async function runSize(sizeName, { contenders: names, python, rounds }) {
	const arena = await openArena();
	const contenders = [];
	try {
		for (const id of names.split(",")) {
			console.error(`${sizeName}: preparing ${id}…`);
			const contender = id === "torch" ? openTorch(sizeName, python) : await openPage(arena, id, sizeName);
			if (contender) contenders.push(contender);
		}
		const losses = new Map();
		for (const c of contenders) {
			losses.set(c, []);
			for (let i = 0; i < LOSS_STEPS; i++) losses.get(c).push((await c.train()).value);
			await c.rollout(1);
		}
		const first = losses.get(contenders[0]);
		const worst = Math.max(...[...losses.values()].flatMap((l) => l.map((x, i) => Math.abs(x - first[i]))));
		console.log(`${sizeName}: losses over ${LOSS_STEPS} steps agree to ${worst.toExponential(1)}`);
		const times = new Map(contenders.map((c) => [c, { train: [], rollout: [] }]));
		await measure(contenders, Number(rounds), times);
		report(sizeName, contenders, times);
		return worst <= LOSS_TOLERANCE;
	} finally {
		for (const c of contenders) await c.close();
		await arena.close();
	}
}

export async function run(args) {
	const { values } = parseArgs({ args, options });
	let agreed = true;
	for (const size of values.size.split(",")) agreed = (await runSize(size, values)) && agreed;
	if (!agreed) console.error(`bench: losses differ by more than ${LOSS_TOLERANCE}; the times compare different work.`);
	return agreed ? 0 : 1;
}
