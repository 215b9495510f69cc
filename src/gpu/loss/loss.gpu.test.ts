import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aggregationWeights } from "../../engine/losses/aggregation";
import { LOSSES, lossConfig } from "../../engine/losses/registry";
import { type SurrogateConfig, surrogate } from "../../engine/losses/surrogate";
import { tokenLogProbsBackward } from "../../engine/model/tokenLogProbs";
import { valueLoss } from "../../engine/training/critic";
import { testDevice } from "../../testing/softwareDevice";
import { DispatchCompiler, type DispatchPass } from "../device/dispatch";
import { readWords } from "../device/readback";
import { STEP, type TokenSection, UPDATE } from "./block";
import { createLossPlan, type LossOptions } from "./lossPlan";
import {
	CREDIT,
	type Edge,
	FIRST,
	GROUP,
	machine,
	R,
	STATES,
	shape,
	TEMPERATURE,
	type TestBatch,
	testBatch,
	V,
} from "./testingBatch";

const { B, T, N } = shape;
const EDGES: readonly Edge[] = ["plain", "empty rows", "all masked", "all unscored"];
const UPDATES = 3;
const SLOT = 1;

let device: GPUDevice;
let compiler: DispatchCompiler;
beforeAll(async () => {
	device = await testDevice();
	compiler = new DispatchCompiler(device);
});
afterAll(() => device.destroy());

/** Logits row by row, or column by column with a column of values behind them. */
type Order = "rows" | "columns";
const layoutOf = (order: Order) =>
	order === "rows"
		? { rowStride: 12, columnStride: 1, valueColumn: null }
		: { rowStride: 1, columnStride: R * N + 2, valueColumn: V };

async function open(
	config: SurrogateConfig | null,
	order: Order = "rows",
	lanes = 4,
	critic: LossOptions["critic"] = null,
) {
	const usage = 4 | 8 | 128;
	const buffer = (words: number, of = usage) => device.createBuffer({ size: 4 * words, usage: of });
	const buffers = {
		request: buffer(64),
		rows: buffer(6 * shape.rowSection),
		record: buffer(9 * shape.tokenSection + B * N),
		credit: buffer(CREDIT.words),
		machine: buffer(3 * STATES * V + STATES),
		tokens: buffer(R * N),
		lengths: buffer(R),
		logits: buffer(12 * (R * N + 2)),
		dlogits: buffer(12 * (R * N + 2)),
		status: buffer(8),
		control: buffer(64 * UPDATES, 8 | 64),
	};
	device.queue.writeBuffer(buffers.machine, 4 * 2 * STATES * V, machine.weight as Float32Array<ArrayBuffer>);
	const { tokens, lengths, logits, dlogits, status, control, credit, ...rollouts } = buffers;
	const plan = await createLossPlan(compiler, {
		config,
		R,
		states: STATES,
		temperature: TEMPERATURE,
		updates: UPDATES,
		rollouts: { shape, groupSize: GROUP, ...rollouts },
		credit: config && { buffer: credit, advantage: CREDIT.advantage, scored: CREDIT.scored },
		model: { vocabSize: V, tokens, lengths, logits, dlogits, status, control, layout: layoutOf(order) },
		lanes,
		critic,
		reference: (config?.klCoef ?? 0) > 0,
		tree: {},
	});
	return { plan, buffers, order };
}
type Opened = Awaited<ReturnType<typeof open>>;

function submit(encode: (pass: DispatchPass) => void): void {
	const encoder = device.createCommandEncoder();
	const pass = encoder.beginComputePass();
	encode(pass);
	pass.end();
	device.queue.submit([encoder.finish()]);
}

/** One update on a batch, every output poisoned before. */
async function replay({ plan, buffers, order }: Opened, batch: TestBatch, hasReference: boolean) {
	const { rowStride, columnStride } = layoutOf(order);
	const write = (to: GPUBuffer, data: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>) =>
		device.queue.writeBuffer(to, 0, data);
	const logits = new Float32Array(buffers.logits.size / 4).fill(Number.NaN);
	for (let row = 0; row < R * N; row++)
		for (let v = 0; v < V; v++) logits[row * rowStride + v * columnStride] = batch.logits[row * V + v]!;
	for (let row = 0; row < R * N; row++) if (order === "columns") logits[row + V * columnStride] = headValue(row);
	for (const poisoned of [buffers.dlogits, plan.block, plan.metrics, buffers.tokens, buffers.lengths])
		write(poisoned, new Float32Array(poisoned.size / 4).fill(Number.NaN));
	for (const name of ["request", "rows", "record", "credit"] as const) write(buffers[name], batch[name]);
	write(buffers.logits, logits);
	write(buffers.status, Uint32Array.of(bits(1.5), 1));
	const control = new Uint32Array(64 * UPDATES);
	control.set([bits(0.1), FIRST, SLOT, hasReference ? 1 : 0], 64 * SLOT);
	write(buffers.control, control);
	submit((pass) => {
		plan.encodeGather(pass, 256 * SLOT);
		plan.encodeLoss(pass, 256 * SLOT);
		plan.encodeMetrics(pass, 256 * SLOT);
	});
	const words = { block: await readWords(device, plan.block), metrics: await readWords(device, plan.metrics) };
	const dlogits = new Float32Array((await readWords(device, buffers.dlogits)).buffer);
	return {
		...words,
		floats: new Float32Array(words.block.buffer),
		told: new Float32Array(words.metrics.buffer),
		dlogits: Float64Array.from({ length: R * N * V }, (_, k) =>
			Number(dlogits[Math.floor(k / V) * rowStride + (k % V) * columnStride]),
		),
		valueGradients: Array.from({ length: R * N }, (_, row) => dlogits[row * rowStride + V * columnStride]!),
	};
}

/** What the value head says at a row of the logits. */
const headValue = (row: number) => (row % 7) / 7;

const bits = (x: number) => new Uint32Array(Float32Array.of(x).buffer)[0]!;

/** Largest difference, relative to the largest entry expected; NaN counts as infinite. */
function gap(got: ArrayLike<number>, want: ArrayLike<number>): number {
	let [worst, largest] = [0, 1e-30];
	for (let i = 0; i < want.length; i++) {
		const d = Math.abs(got[i]! - want[i]!);
		worst = d <= worst ? worst : Number.isNaN(d) ? Number.POSITIVE_INFINITY : d;
		largest = Math.max(largest, Math.abs(want[i]!));
	}
	return worst / largest;
}

async function check(opened: Opened, config: SurrogateConfig, batch: TestBatch): Promise<void> {
	// The covariances of two tokens are equal: only rounding could tell which is chosen.
	if (config.covariance !== "none" && batch.at.length === 2) return;
	const hasReference = config.klCoef > 0;
	const input = { ...batch.input, refLogProbs: hasReference ? batch.input.refLogProbs : null };
	const want = surrogate(config, input);
	const got = await replay(opened, batch, hasReference);
	const token = (section: TokenSection) =>
		Float64Array.from(batch.at, (at) => got.floats[opened.plan.layout.token(section) + at]!);
	expect(gap(token("logProb"), input.logProbs)).toBeLessThanOrEqual(1e-6);
	expect(gap(token("entropy"), input.entropy)).toBeLessThanOrEqual(2e-6);
	const weights = aggregationWeights(config, R, input.rows);
	expect(
		gap(
			token("slope").map((s, i) => s * weights[i]!),
			want.dlogProbs,
		),
	).toBeLessThanOrEqual(1e-5);
	const dlogits = new Float64Array(R * N * V);
	tokenLogProbsBackward(dlogits, Float64Array.from(batch.logits), V, batch.scored, want.dlogProbs, want.dentropy);
	expect(gap(got.dlogits, dlogits)).toBeLessThanOrEqual(1e-5);
	const update = (name: keyof typeof UPDATE) => got.told[STEP.length + SLOT * UPDATE.length + UPDATE[name]]!;
	// Terms of both signs cancel: the error is one of the largest, not of their sum.
	const scale = want.dlogProbs.reduce((sum, d) => sum + Math.abs(d), Math.abs(want.loss));
	expect(Math.abs(update("loss") - want.loss)).toBeLessThanOrEqual(1e-5 * scale);
	const n = input.rows.length;
	expect([update("tokens"), update("broken"), update("gradientNorm")]).toEqual([n, 0, 1.5]);
	expect(update("clipped")).toBe(Math.round(want.clipFraction * n));
	expect(gap([update("klBehaviour")], [sumK3(input.logProbs, input.oldLogProbs)])).toBeLessThanOrEqual(1e-5);
	if (hasReference)
		expect(gap([update("klReference")], [sumK3(input.logProbs, batch.input.refLogProbs)])).toBeLessThanOrEqual(1e-5);
}

function sumK3(logProbs: Float64Array, other: Float64Array): number {
	return logProbs.reduce((sum, lp, i) => sum + Math.expm1(other[i]! - lp) - (other[i]! - lp), 0);
}

const CASES = [
	...LOSSES.flatMap((loss) => Object.entries(loss.presets).map(([name, params]) => ({ loss: loss.id, name, params }))),
	{ loss: "ppo", name: "k1", params: { kl: "k1", klCoef: 0.3, agg: "seq-mean-token-sum" } },
	{ loss: "ppo", name: "k2, never clamped", params: { kl: "k2", klCoef: 0.3, klClamp: 0.5, entropyCoef: 0.02 } },
	{ loss: "ppo", name: "k3 clamped", params: { klCoef: 0.3, klClamp: 10, entropyCoef: 0.5, dualClip: 2 } },
	{ loss: "gspo", name: "wide", params: { clipLow: 0.5, clipHigh: 3, agg: "constant", constant: 4 } },
	{ loss: "gspo", name: "limited", params: { level: "sequenceToken", maxLogRatio: 0.05, clipLow: 0.5, clipHigh: 3 } },
	{ loss: "dhpo", name: "wide", params: { sequenceClipLow: 0.4, sequenceClipHigh: 0.6, mixBy: "entropy" } },
	{ loss: "clipCov", name: "many", params: { covarianceShare: 0.4, covarianceLow: -2, entropyCoef: 0.1 } },
	{ loss: "klCov", name: "many", params: { covarianceShare: 0.3 } },
];

describe("losses on the GPU", () => {
	it.each(CASES)("$loss $name agrees with float64", async ({ loss, params }) => {
		const config = lossConfig(loss, params, T);
		const opened = await open(config);
		for (const [i, edge] of EDGES.entries())
			for (const seed of [1, 2, 3]) await check(opened, config, testBatch(10 * seed + i, edge));
		opened.plan.dispose();
	});

	it.each([4, 32])("does not mind the order of logits, nor a value column, with %i lanes", async (lanes) => {
		const config = lossConfig("gspo", { entropyCoef: 0.1, klCoef: 0.1 }, T);
		const opened = await open(config, "columns", lanes);
		// Not every seed: where all credit is 0 and log-ratios are near 0, the penalty alone is left, a difference of rounded numbers.
		for (const edge of EDGES) await check(opened, config, testBatch(8, edge));
		const { valueGradients } = await replay(opened, testBatch(8, "plain"), true);
		expect(valueGradients).toEqual(valueGradients.map(() => 0));
		opened.plan.dispose();
	});

	it.each([0, 0.2])("lets a value head learn beside the policy, values clipped at %d", async (clip) => {
		const opened = await open(lossConfig("ppo", {}, T), "columns", 4, { coef: 0.3, clip });
		const batch = testBatch(9, "plain");
		const record = new Float32Array(batch.record.buffer);
		record.set(
			Float32Array.from({ length: B * T }, (_, at) => Math.sin(at)),
			8 * shape.tokenSection,
		);
		record.set(
			Float32Array.from({ length: B * T }, (_, at) => Math.cos(3 * at)),
			6 * shape.tokenSection,
		);
		const of = (section: number) =>
			Float64Array.from(batch.at, (at) => record[section * shape.tokenSection + FIRST * T + at]!);
		const values = Float64Array.from(batch.at, (_, i) => Math.fround(headValue(batch.scored.rows[i]!)));
		const { loss, dvalues } = valueLoss({ values, oldValues: of(6), targets: of(8) }, { coef: 0.3, clip });
		expect(dvalues.some((d) => d === 0)).toBe(clip > 0);
		const got = await replay(opened, batch, false);
		const want = new Array<number>(R * N).fill(0);
		for (const [i, d] of dvalues.entries()) want[batch.scored.rows[i]!] = d;
		expect(gap(got.valueGradients, want)).toBeLessThanOrEqual(1e-6);
		const told = got.told[STEP.length + SLOT * UPDATE.length + UPDATE.valueLoss]!;
		expect(gap([told], [loss * dvalues.length])).toBeLessThanOrEqual(1e-6);
		opened.plan.dispose();
	});

	it("lays out sequences and lengths for the transformer", async () => {
		const opened = await open(lossConfig("ppo", {}, T));
		const batch = testBatch(3, "empty rows");
		await replay(opened, batch, false);
		const from = 9 * shape.tokenSection + FIRST * N;
		expect(await readWords(device, opened.buffers.tokens)).toEqual(batch.record.slice(from, from + R * N));
		const lengths = [3, 4, 5].map((b) => batch.request[4 + Math.floor(b / GROUP)]! + batch.rows[shape.rowSection + b]!);
		expect([...(await readWords(device, opened.buffers.lengths))]).toEqual(lengths);
		opened.plan.dispose();
	});

	it("sums up the rollouts of a step", async () => {
		const opened = await open(lossConfig("ppo", {}, T));
		const batch = testBatch(11, "plain");
		const sum = (of: ArrayLike<number>, from: number, n: number) =>
			Array.from({ length: n }, (_, i) => of[from + i]!).reduce((a, b) => a + b, 0);
		const control = new Uint32Array(64 * UPDATES);
		// Rounding tells the returns of the first group apart, and more than rounding those of the second.
		const returns = new Float32Array(batch.rows.buffer).subarray(4 * shape.rowSection, 4 * shape.rowSection + B);
		returns.set([1, 1 + 2 ** -22, 1, 1, 1 + 2 ** -18, 1]);
		await replay(opened, batch, false);
		device.queue.writeBuffer(opened.buffers.control, 0, control);
		submit((pass) => opened.plan.encodeMetrics(pass, 0));
		const told = new Float32Array((await readWords(device, opened.plan.metrics)).buffer);
		expect(gap([told[STEP.returns]!], [sum(returns, 0, B)])).toBeLessThanOrEqual(1e-6);
		expect(told[STEP.success]).toBe(sum(batch.rows, 2 * shape.rowSection, B));
		expect(told[STEP.lengths]).toBe(sum(batch.rows, shape.rowSection, B));
		const mask = batch.record.subarray(2 * shape.tokenSection, 2 * shape.tokenSection + B * T);
		expect(told[STEP.tokens]).toBe(sum(mask, 0, B * T));
		const entropy = new Float32Array(batch.record.buffer).subarray(4 * shape.tokenSection);
		const counted = mask.reduce((s, m, i) => s + (m ? entropy[i]! : 0), 0);
		expect(gap([told[STEP.entropy]!], [counted])).toBeLessThanOrEqual(1e-6);
		expect(told[STEP.deadGroups]).toBe(1);
		opened.plan.dispose();
	});

	it("writes log-probabilities under the reference where the policy acted, scored or not", async () => {
		const opened = await open(lossConfig("ppo", { klCoef: 1 }, T));
		const batch = testBatch(5, "plain");
		await replay(opened, batch, true);
		const unknown = batch.record.slice();
		unknown.fill(0, 7 * shape.tokenSection, 7 * shape.tokenSection + B * T);
		device.queue.writeBuffer(opened.buffers.record, 0, unknown);
		submit((pass) => opened.plan.encodeReference(pass, 256 * SLOT));
		const written = new Float32Array(
			(await readWords(device, opened.buffers.record)).buffer,
			4 * 7 * shape.tokenSection,
		);
		for (let entry = 0; entry < B * T; entry++) {
			const b = Math.floor(entry / T);
			const acted = batch.record[2 * shape.tokenSection + entry] === 1 && b >= FIRST;
			if (!acted) expect(written[entry]).toBe(0);
			else expect(written[entry]).toBeLessThan(0);
		}
		// A log-probability near 0 is the difference of two larger numbers: its error is one of the largest, not of itself.
		const scored = batch.at.map((at) => written[FIRST * T + at]!);
		expect(gap(scored, batch.input.logProbs)).toBeLessThanOrEqual(1e-6);
		opened.plan.dispose();
	});

	it("counts tokens whose log-probability or credit is not a number, and lets none of it look finite", async () => {
		const opened = await open(lossConfig("ppo", { klCoef: 0.1 }, T));
		const batch = testBatch(5, "plain");
		const row = batch.scored.rows[0]!;
		for (const [logit, broken] of [
			[Number.NaN, batch.scored.rows.filter((r) => r === row).length],
			[0, 0],
		] as const) {
			const logits = batch.logits.slice();
			logits.fill(logit, row * V, (row + 1) * V);
			const got = await replay(opened, { ...batch, logits }, true);
			expect(got.told[STEP.length + SLOT * UPDATE.length + UPDATE.broken]).toBe(broken);
			expect(got.dlogits.every(Number.isFinite)).toBe(broken === 0);
		}
		opened.plan.dispose();
	});

	it("of supervised steps is −Σ w·log p / Σ w", async () => {
		const opened = await open(null);
		const { layout } = opened.plan;
		const batch = testBatch(5, "plain");
		const weights = Float32Array.from(batch.at, (_, i) => [1, 0.5, 2][i % 3]!);
		const total = weights.reduce((a, b) => a + b, 0);
		const dlogProbs = Float64Array.from(weights, (w) => -w / total);
		const block = new Uint32Array(layout.words);
		const put = (section: TokenSection, i: number, word: number) => {
			block[layout.token(section) + batch.at[i]!] = word;
		};
		batch.at.forEach((_, i) => {
			put("target", i, batch.scored.targets[i]!);
			put("state", i, batch.scored.legal!.states[i]!);
			put("flags", i, 3);
			put("advantage", i, bits(weights[i]!));
		});
		for (let i = 0; i < R; i++) block[layout.row("prompt") + i] = batch.request[4 + 1]!;
		const logits = new Float32Array(12 * R * N);
		for (let row = 0; row < R * N; row++) logits.set(batch.logits.subarray(row * V, (row + 1) * V), row * 12);
		device.queue.writeBuffer(opened.buffers.logits, 0, logits);
		device.queue.writeBuffer(opened.plan.block, 0, block);
		submit((pass) => {
			opened.plan.encodeLoss(pass, 0);
			opened.plan.encodeMetrics(pass, 0);
		});
		const told = new Float32Array((await readWords(device, opened.plan.metrics)).buffer);
		const loss = batch.input.logProbs.reduce((sum, lp, i) => sum + lp * dlogProbs[i]!, 0);
		expect(gap([told[STEP.length + UPDATE.loss]!], [loss])).toBeLessThanOrEqual(1e-6);
		const want = new Float64Array(R * N * V);
		tokenLogProbsBackward(want, Float64Array.from(batch.logits), V, batch.scored, dlogProbs, null);
		const got = new Float32Array((await readWords(device, opened.buffers.dlogits)).buffer);
		const dense = Float64Array.from({ length: R * N * V }, (_, k) => got[12 * Math.floor(k / V) + (k % V)]!);
		expect(gap(dense, want)).toBeLessThanOrEqual(1e-5);
		opened.plan.dispose();
	});
});
