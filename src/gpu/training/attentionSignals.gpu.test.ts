import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchOf } from "../../engine/credit/testing";
import type { ModelConfig } from "../../engine/model/config";
import { type FlowReading, splitHeads } from "../../engine/signals/attention";
import { attentionFlow } from "../../engine/signals/providers/attentionFlow";
import type { PolicySource, RolloutAttention } from "../../engine/signals/sources";
import { testDevice } from "../../testing/softwareDevice";
import { DispatchCompiler } from "../device/dispatch";
import { USAGE } from "../device/usage";
import { createGpuTransformer } from "../model/createTransformer";
import { readFloats, referencePass, submit, testBatch, testParameters } from "../model/testing";
import type { ModelVariant } from "../model/transformer";
import { REQUEST_HEADER, ROWS } from "../rollout/rolloutBuffers";
import { createAttentionSignals } from "./attentionSignals";

let device: GPUDevice;
let compiler: DispatchCompiler;
beforeAll(async () => {
	device = await testDevice();
	compiler = new DispatchCompiler(device);
});
afterAll(() => device.destroy());

const CONFIG: ModelConfig = {
	vocabSize: 11,
	contextLength: 14,
	layers: 3,
	width: 24,
	heads: 4,
	headBias: false,
	tiedHead: false,
	valueHead: false,
};
/** Rollouts of four prompts, two each: lengths of prompts, and of responses, one of them empty. */
const [B, T, P, GROUP] = [8, 10, 4, 2];
const N = P + T;
const PROMPTS = [4, 1, 2, 3];
const RESPONSES = [10, 0, 1, 7, 10, 3, 5, 2];
const SHAPE = { B, paddedB: 8, T, N, tokenSection: 128, rowSection: 64, positions: N - 1 };
const promptOf = (b: number) => PROMPTS[Math.floor(b / GROUP)]!;

const DEFAULTS: FlowReading = { window: 5, from: 1, to: 10, share: 0.3, layers: "all", keys: "all" };
const READINGS: readonly Partial<FlowReading>[] = [
	{},
	{ window: 2, from: 2, to: 3 },
	{ keys: "response" },
	{ layers: "middle", share: 0.5 },
	{ share: 0 },
];

/** Attention of every rollout in float64, and the signals that the provider makes of it. */
function reference(reading: FlowReading) {
	const lengths = Int32Array.from({ length: B }, (_, b) => promptOf(b) + RESPONSES[b]!);
	const batch = { ...testBatch(CONFIG, B, N), lengths };
	const tokens = batch.tokens.map((token) => token % CONFIG.vocabSize);
	const { blocks } = referencePass(CONFIG, testParameters(CONFIG), { ...batch, tokens });
	const map = (l: number, h: number, b: number, n: number) =>
		Float64Array.from({ length: n * n }, (_, i) => {
			const row = ((b * CONFIG.heads + h) * N + Math.floor(i / n)) * N;
			return i % n > Math.floor(i / n) ? 0 : blocks[l]!.attention[row + (i % n)]!;
		});
	const attention = Array.from(lengths, (n, b): RolloutAttention => {
		const layers = blocks.map((_, l) => Array.from({ length: CONFIG.heads }, (_, h) => map(l, h, b, n)));
		return { N: n, promptLength: promptOf(b), layers };
	});
	const policy = { attention: () => attention } as unknown as PolicySource;
	const rollouts = batchOf(
		RESPONSES.map((length) => ({ tokens: new Array(length).fill(0) })),
		{},
		T,
	);
	const asked = { signal: "waad", level: "token", meaning: "" } as const;
	const { signals } = attentionFlow.annotate(rollouts, { asked, params: { ...reading }, sources: { policy } }).batch;
	return { tokens: Uint32Array.from(tokens), lengths, attention, waad: signals.waad!.data, fai: signals.fai!.data };
}

/** The same on the device, from so many minibatches. */
async function onDevice(reading: FlowReading, minibatches: number, variant: ModelVariant) {
	const want = reference(reading);
	const rowsOf = B / minibatches;
	const model = await createGpuTransformer(device, CONFIG, {
		B: rowsOf,
		N,
		variant,
		controlSlots: minibatches,
		compiler,
	});
	const buffer = (words: Uint32Array<ArrayBuffer>) => {
		const usage = USAGE.storage | USAGE.copyTarget | USAGE.copySource;
		const made = device.createBuffer({ size: words.byteLength, usage });
		device.queue.writeBuffer(made, 0, words);
		return made;
	};
	const rows = new Uint32Array(6 * SHAPE.rowSection);
	rows.set(RESPONSES, ROWS.length * SHAPE.rowSection);
	const signals = buffer(new Uint32Array(64 + 2 * B * T).fill(0x7fc00000));
	const request = buffer(Uint32Array.from([...new Array(REQUEST_HEADER).fill(0), ...PROMPTS]));
	const place = {
		model,
		shape: SHAPE,
		groupSize: GROUP,
		request,
		rows: buffer(rows),
		signals,
		waad: 64,
		fai: 64 + B * T,
	};
	const plan = await createAttentionSignals(compiler, reading, { ...place, lanes: 4 });
	device.queue.writeBuffer(model.buffers.parameters, 0, testParameters(CONFIG));
	for (let m = 0; m < minibatches; m++) {
		const first = m * rowsOf;
		device.queue.writeBuffer(model.buffers.control, m * model.controlStride, Uint32Array.of(0, first, m, 0));
		device.queue.writeBuffer(model.buffers.tokens, 0, want.tokens.slice(first * N, (first + rowsOf) * N));
		device.queue.writeBuffer(model.buffers.lengths, 0, Uint32Array.from(want.lengths.slice(first, first + rowsOf)));
		submit(device, (pass) => {
			model.encodeForward(pass);
			plan.encodeRows(pass, m * model.controlStride);
		});
	}
	submit(device, (pass) => plan.encodeChoice(pass));
	const floats = await readFloats(device, signals);
	const heads = await readFloats(device, plan.heads);
	const { dispatches } = plan;
	for (const part of [plan, model]) part.dispose();
	return { want, heads, dispatches, waad: floats.subarray(64, 64 + B * T), fai: floats.subarray(64 + B * T) };
}

/** Largest difference, relative to the largest number. */
function gap(got: ArrayLike<number>, want: ArrayLike<number>): number {
	const largest = Array.from(want).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
	return Array.from(want).reduce((most, x, i) => {
		const far = Math.abs(got[i]! - x) / largest;
		return far <= most ? most : Number.isNaN(far) ? Number.POSITIVE_INFINITY : far;
	}, 0);
}

/** Mean distance of every head over all response tokens, straight from the maps. */
function distances({ attention }: ReturnType<typeof reference>, keys: FlowReading["keys"]): number[][] {
	const tokens = RESPONSES.reduce((a, n) => a + n, 0);
	return Array.from({ length: CONFIG.layers }, (_, l) =>
		Array.from({ length: CONFIG.heads }, (_, h) => {
			let sum = 0;
			for (const { N: n, promptLength, layers } of attention)
				for (let t = promptLength; t < n; t++)
					for (let s = keys === "all" ? 0 : promptLength; s <= t; s++) sum += layers[l]![h]![t * n + s]! * (t - s);
			return sum / tokens;
		}),
	);
}

describe.each(["registers", "tiles"] as const)("attention after a forward pass with %s", (variant) => {
	it.each(READINGS)("read as %j is what float64 makes of whole maps", async (change) => {
		const reading = { ...DEFAULTS, ...change };
		const { want, waad, fai, heads, dispatches } = await onDevice(reading, change.window ? 2 : 1, variant);
		expect(gap(waad, want.waad)).toBeLessThanOrEqual(1e-5);
		expect(gap(fai, want.fai)).toBeLessThanOrEqual(1e-5);
		const all = distances(want, reading.keys);
		const read = (reading.layers === "all" ? all : [all[1]!]).flat();
		expect(gap(heads.subarray(0, read.length), read)).toBeLessThanOrEqual(1e-5);
		const { local, global } = splitHeads(read, reading.share);
		const marked = (section: number) => [...read.keys()].filter((h) => heads[section * read.length + h] === 1);
		expect(marked(1)).toEqual([...local].sort((a, b) => a - b));
		expect(marked(2)).toEqual([...global].sort((a, b) => a - b));
		expect(dispatches).toEqual({ rows: reading.layers === "all" ? CONFIG.layers : 1, choice: 2 });
	});
});
