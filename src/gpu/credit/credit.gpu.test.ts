import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../engine/core/rng";
import { METHODS } from "../../engine/credit/registry";
import { creditBy } from "../../engine/credit/run";
import { batchOf } from "../../engine/credit/testing";
import type { RolloutBatch } from "../../engine/rollouts/batch";
import { testDevice } from "../../testing/softwareDevice";
import { DispatchCompiler } from "../device/dispatch";
import { readWords } from "../device/readback";
import { createCreditPlan } from "./creditPlan";
import type { CreditSections } from "./program";

let device: GPUDevice;
beforeAll(async () => {
	device = await testDevice();
});
afterAll(() => device.destroy());

const fround = (x: Float64Array) => x.map(Math.fround);

/** Random rollouts in groups, with environment tokens, shared prefixes and dense rewards, all numbers float32. */
function randomBatch(seed: number, B: number, G: number, T: number): RolloutBatch {
	const rng = Rng.of(seed);
	const rows = Array.from({ length: B }, (_, b) => {
		const n = rng.integer(T + 1);
		const draw = (of: () => number) => Array.from({ length: n }, of);
		return {
			length: n,
			group: Math.floor(b / G),
			tokens: draw(() => rng.integer(2)),
			mask: draw(() => (rng.uniform() < 0.8 ? 1 : 0)),
			rewards: draw(() => Math.fround(rng.integer(3) / 2)),
			values: draw(() => Math.fround(rng.uniform())),
			logProbs: draw(() => Math.fround(-rng.uniform())),
		};
	});
	const batch = batchOf(rows, {}, T);
	const refLogProbs = fround(batch.logProbs!.map((x) => x - 0.1));
	const truncated = Uint8Array.from({ length: B }, () => rng.integer(2));
	return { ...batch, refLogProbs, truncated, bootstrap: fround(Float64Array.from({ length: B }, () => rng.uniform())) };
}

async function onGpu(id: string, params: Readonly<Record<string, unknown>>, batch: RolloutBatch, groupSize: number) {
	const { B, T } = batch;
	const recordSections = [
		batch.tokens,
		batch.actionMask,
		batch.logProbs!,
		batch.rewards,
		batch.values!,
		batch.refLogProbs!,
	];
	const rowSections = [batch.lengths, batch.truncated, batch.returns, batch.bootstrap!];
	const pack = (sections: readonly ArrayLike<number>[], size: number) => {
		const words = new Uint32Array(sections.length * size).fill(0x7fc00000);
		const floats = new Float32Array(words.buffer);
		sections.forEach((section, s) => {
			if (section instanceof Float64Array) floats.set(section, s * size);
			else words.set(Uint32Array.from(section), s * size);
		});
		const buffer = device.createBuffer({ size: words.byteLength, usage: 128 | 8 });
		device.queue.writeBuffer(buffer, 0, words);
		return buffer;
	};
	const sections: CreditSections = {
		record: {
			tokens: 0,
			mask: B * T,
			logProbs: 2 * B * T,
			rewards: 3 * B * T,
			values: 4 * B * T,
			refLogProbs: 5 * B * T,
		},
		rows: { length: 0, truncated: B, returns: 2 * B, bootstrap: 3 * B },
	};
	const buffers = { record: pack(recordSections, B * T), rows: pack(rowSections, B), sections };
	const method = METHODS.find((m) => m.id === id)!;
	const plan = await createCreditPlan(new DispatchCompiler(device), { B, T, groupSize }, method, params, buffers);
	for (let replay = 0; replay < 2; replay++) {
		const encoder = device.createCommandEncoder();
		const pass = encoder.beginComputePass();
		plan.encode(pass);
		pass.end();
		device.queue.submit([encoder.finish()]);
	}
	const arena = new Float32Array((await readWords(device, plan.arena)).buffer);
	const part = (at: number) => arena.slice(at, at + B * T);
	const { advantage, scored, terms } = plan.program;
	const result = {
		dispatches: plan.dispatches,
		advantage: part(advantage),
		scored: part(scored),
		terms: Object.fromEntries(Object.entries(terms).map(([name, at]) => [name, part(at)])),
	};
	plan.dispose();
	buffers.record.destroy();
	buffers.rows.destroy();
	return result;
}

/** Dispatches that each may take. */
const CASES: readonly (readonly [string, Readonly<Record<string, unknown>>, number])[] = [
	["grpo", {}, 2],
	["grpo", { scale: "sd0", singleton: "raw" }, 2],
	["grpo", { singleton: "skip", center: "none" }, 2],
	["drGrpo", {}, 2],
	["rloo", {}, 2],
	["rloo", { klCoef: 0.1, scale: "sd1" }, 3],
	["reinforce", {}, 3],
	["reinforce", { discount: 0.9, center: "loo", over: "group", scale: "sd1" }, 3],
	["reinforce", { center: "value" }, 1],
	["reinforcePlusPlus", { discount: 0.9 }, 3],
	["reinforcePlusPlus", { klCoef: 0.1, holes: "reset" }, 3],
	["reinforcePlusPlusBaseline", {}, 4],
	["opo", {}, 3],
	["passAtK", {}, 2],
	["passAtK", { form: "analytic", k: 2 }, 4],
	["gae", {}, 1],
	["gae", { whiten: true }, 3],
	["tdLambda", {}, 1],
	["tempo", {}, 3],
];

describe("credit on the GPU agrees with float64", () => {
	for (const [id, params, dispatches] of CASES)
		it.each([
			[1, 12, 4, 9],
			[2, 70, 7, 5],
			[3, 3, 1, 1],
		])(`${id} ${JSON.stringify(params)}, batch %i: ${dispatches} dispatches`, async (seed, B, G, T) => {
			const batch = randomBatch(seed, B, G, T);
			const method = METHODS.find((m) => m.id === id)!;
			const want = creditBy(method, params, batch);
			const got = await onGpu(id, params, batch, G);
			expect(got.dispatches).toBeLessThanOrEqual(dispatches);
			const largest = Math.max(1e-30, ...want.advantage.map((a) => (Number.isNaN(a) ? 0 : Math.abs(a))));
			for (const [name, x] of [["advantage", want.advantage], ...Object.entries(want.terms)] as const) {
				const y = name === "advantage" ? got.advantage : got.terms[name]!;
				const bound =
					name === "advantage" ? largest : Math.max(largest, ...x.map((a) => (Number.isNaN(a) ? 0 : Math.abs(a))));
				let worst = 0;
				x.forEach((a, i) => {
					expect(got.scored[i]).toBe(batch.actionMask[i] && !Number.isNaN(a) ? 1 : 0);
					worst = Math.max(worst, Math.abs((Number.isNaN(a) ? 0 : a) - y[i]!));
				});
				expect(worst).toBeLessThanOrEqual(1e-5 * bound);
			}
		});

	it("gives equal rewards exactly zero, in float32", async () => {
		const rows = Array.from({ length: 11 }, () => ({
			length: 2,
			reward: Math.fround(0.7),
			values: [0, 0],
			logProbs: [0, 0],
		}));
		const batch = batchOf(rows, { refLogProbs: new Float64Array(22), bootstrap: new Float64Array(11) });
		for (const id of ["grpo", "drGrpo", "rloo", "reinforce", "opo", "tempo"])
			expect([...(await onGpu(id, {}, batch, 11)).advantage], id).toEqual(new Array(22).fill(0));
	});
});
