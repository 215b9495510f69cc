// Training step and rollout beside TensorFlow.js and jax-js on WebGPU: same job, same adapter, one interleaved run.
import { parseArgs } from "node:util";
import { median, openArena } from "../peers.mjs";

const LOSS_STEPS = 4;
const LOSS_TOLERANCE = 1e-4;

const options = {
	size: { type: "string", default: "small,large" },
	rounds: { type: "string", default: "3" },
	contenders: { type: "string", default: "ascribe,jax,tfjs" },
	hardware: { type: "boolean", default: false },
};

/** TensorFlow.js needs minutes a step at the large size on a software adapter: fewer rows, one round. */
const plan = (id, size, rounds) =>
	id === "tfjs" && size === "large" ? { batch: 16, rounds: 1, scale: 4 } : { batch: 0, rounds, scale: 1 };

async function open(arena, id, size, rounds) {
	const page = await arena.open();
	const setup = plan(id, size, rounds);
	const name = await page.evaluate(([i, s, b]) => globalThis.bench.open(i, s, b), [id, size, setup.batch]);
	const losses = [];
	for (let i = 0; i < LOSS_STEPS; i++) losses.push((await page.evaluate(() => globalThis.bench.train())).value);
	await page.evaluate(() => globalThis.bench.rollout(1));
	return { id, name, page, ...setup, losses, train: [], rollout: [], counts: {} };
}

async function measureRound(contenders, round) {
	for (const c of contenders.filter((each) => round < each.rounds)) {
		const train = await c.page.evaluate(() => globalThis.bench.train());
		const rollout = await c.page.evaluate((seed) => globalThis.bench.rollout(seed), round + 2);
		c.train.push(train.ms);
		c.rollout.push(rollout.ms);
		c.counts = { train: train.counts, rollout: rollout.counts };
	}
}

function checkLosses(contenders) {
	const comparable = contenders.filter((c) => c.scale === 1);
	const worst = Math.max(
		0,
		...comparable.flatMap((c) => c.losses.map((loss, i) => Math.abs(loss - comparable[0].losses[i]))),
	);
	console.log(
		`losses over ${LOSS_STEPS} steps agree to ${worst.toExponential(1)} (${comparable.map((c) => c.name).join(", ")})`,
	);
	return worst <= LOSS_TOLERANCE;
}

function report(size, contenders) {
	const own = contenders.find((c) => c.name.startsWith("ascribe")) ?? contenders[0];
	const tokens = { small: 64 * 32, large: 64 * 64 }[size];
	console.log(`\n${size}: medians of interleaved rounds; ratio = time of the peer / time of ${own.name}, per token`);
	const row = (cells) =>
		console.log(cells.map((cell, i) => String(cell)[i === 0 ? "padEnd" : "padStart"](i === 0 ? 22 : 12)).join(""));
	row(["", "train ms", "tok/s", "ratio", "rollout ms", "tok/s", "ratio", "dispatches", "submits", "objects"]);
	for (const c of contenders) {
		const train = median(c.train) * c.scale;
		const rollout = median(c.rollout) * c.scale;
		const { dispatches, submits, bindGroups, buffers, pipelines } = c.counts.train;
		row([
			c.name + (c.scale > 1 ? " (B 16)" : ""),
			train.toFixed(0),
			((1000 * tokens) / train).toFixed(0),
			(train / median(own.train)).toFixed(2),
			rollout.toFixed(0),
			((1000 * tokens) / rollout).toFixed(0),
			(rollout / median(own.rollout)).toFixed(2),
			`${dispatches}/${c.counts.rollout.dispatches}`,
			`${submits}/${c.counts.rollout.submits}`,
			bindGroups + buffers + pipelines,
		]);
	}
}

export async function run(args) {
	const { values } = parseArgs({ args, options });
	const rounds = Number(values.rounds);
	let agreed = true;
	for (const size of values.size.split(",")) {
		const arena = await openArena({ hardware: values.hardware });
		try {
			const contenders = [];
			for (const id of values.contenders.split(",")) {
				console.error(`${size}: preparing ${id}…`);
				contenders.push(await open(arena, id, size, rounds));
			}
			console.log(
				`adapter: ${await contenders[0].page.evaluate(() => globalThis.bench.adapter())}; Chromium ${arena.version}`,
			);
			agreed = checkLosses(contenders) && agreed;
			for (let round = 0; round < rounds; round++) await measureRound(contenders, round);
			report(size, contenders);
		} finally {
			await arena.close();
		}
	}
	if (!agreed) console.error(`bench: losses differ by more than ${LOSS_TOLERANCE}; the times compare different work.`);
	return agreed ? 0 : 1;
}
