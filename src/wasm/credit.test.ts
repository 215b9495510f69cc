/// <reference path="./virtual.d.ts" />
import { loadWasm } from "virtual:ascribe-wasm";
import { describe, expect, it } from "vitest";
import { Rng } from "../engine/core/rng";
import { creditorOf } from "../engine/credit/choice";
import { CpuOps } from "../engine/credit/cpuOps";
import * as ops from "../engine/credit/ops";
import { STEPS, TOKENS } from "../engine/credit/partition";
import { batchOfRandom, randomRow } from "../engine/credit/randomBatch";
import { METHODS } from "../engine/credit/registry";
import { creditBy } from "../engine/credit/run";
import type { RolloutBatch } from "../engine/rollouts/batch";
import {
	AGREEMENT_BATCHES,
	EQUAL_BATCHES,
	expectAgreement,
	paramSets,
	REWARD_CHAINS,
} from "../testing/creditAgreement";
import { CreditMemory } from "./creditMemory";
import { ARENA_START } from "./module";
import { WasmOps } from "./wasmOps";

const memory = await CreditMemory.open();
const inWasm = (id: string, params: Readonly<Record<string, unknown>>, batch: RolloutBatch) =>
	creditBy(METHODS.find((method) => method.id === id)!, params, batch, new WasmOps(batch, memory));

describe.each(METHODS)("$id in WebAssembly", (method) => {
	it.each(Object.entries(AGREEMENT_BATCHES))("agrees with the definition: %s", (_, batch) => {
		for (const params of paramSets(method))
			expectAgreement(inWasm(method.id, params, batch), creditBy(method, params, batch));
	});

	if (method.traits.zeroWhenEqual)
		it("gives equal rewards exactly zero", () => {
			for (const batch of EQUAL_BATCHES)
				for (const params of paramSets(method)) {
					const { advantage } = inWasm(method.id, params, batch);
					expect([...advantage].filter((a) => a !== 0 && !Number.isNaN(a))).toEqual([]);
				}
		});
});

it.each(REWARD_CHAINS)("%j agrees with the definition", ({ id, params, rewards }) => {
	const creditor = creditorOf({ id, rewards });
	for (const batch of Object.values(AGREEMENT_BATCHES))
		expectAgreement(creditBy(creditor, params, batch, new WasmOps(batch, memory)), creditBy(creditor, params, batch));
});

const TOKEN = ops.tokenInput("values");
const OTHER = ops.tokenInput("logProbs");
const SPAN = ops.spanInput("reward", STEPS);
const RETURNS = ops.rolloutInput("returns");
const SCOPES: readonly ops.Scope[] = [
	{ within: "batch" },
	{ within: "group" },
	{ within: "rollout" },
	{ within: "group", by: "rank" },
	{ within: "group", by: "state" },
];
/** Every primitive, and every function, statistic and fold of each. */
const EVERY_NODE: readonly ops.Node[] = [
	...[ops.neg, ops.abs, ops.exp, ops.sqrt, ops.sin, ops.known, ops.not].map((f) => f(TOKEN)),
	...[ops.log, ops.log2].map((f) => f(ops.abs(OTHER))),
	...[ops.add, ops.sub, ops.mul, ops.div, ops.min, ops.max, ops.less, ops.atMost, ops.equal].flatMap((f) => [
		f(TOKEN, OTHER),
		f(0.25, TOKEN),
		f(TOKEN, ops.known(TOKEN)),
	]),
	ops.select(ops.less(TOKEN, 0.5), OTHER, 2),
	...ops.STATS.flatMap((stat) => [
		...SCOPES.map((scope) => ops.groupStat(SPAN, stat, scope)),
		ops.groupStat(RETURNS, stat, { within: "group" }, { weight: ops.rolloutInput("length") }),
		ops.groupStat(TOKEN, stat, { within: "batch" }, { where: ops.less(OTHER, -0.5) }),
		ops.groupStat(TOKEN, stat, { within: "group", by: "key" }, { key: ops.less(OTHER, -0.5) }),
	]),
	...(["none", "mean", "loo"] as const).flatMap((center) =>
		(["none", "sd1", "sd0"] as const).flatMap((scale) =>
			(["sd", "variance"] as const).flatMap((epsOn) =>
				(["raw", "zero"] as const).map((singleton) =>
					ops.normalise(RETURNS, { within: "group", center, scale, eps: 0.1, epsOn, singleton }),
				),
			),
		),
	),
	...[ops.suffixSum(TOKEN, 0.9), ops.prefixSum(SPAN, 0.5), ops.suffixMin(SPAN)],
	...[ops.next(TOKEN, RETURNS), ops.previous(SPAN, 3)],
	...ops.FOLDS.flatMap((how) => [
		ops.reduceToSpans(TOKEN, how, STEPS),
		ops.reduceToSpans(OTHER, how, TOKENS),
		ops.reduceToRollouts(SPAN, how),
	]),
	...[ops.spread(RETURNS), ops.spread(SPAN), ops.spreadToSpans(RETURNS, STEPS), ops.covered(STEPS)],
	...[ops.prefixMean(RETURNS, "before"), ops.prefixMean(RETURNS, "after")],
	...(["mean", "childMean", "childSd0", "count", "order"] as const).map((s) =>
		ops.treeStat(RETURNS, s, "before", TOKENS),
	),
	ops.topShare(TOKEN, 0.3),
	ops.topShare(TOKEN, 0.5, ops.less(OTHER, -0.5)),
];

const SAME_BITS = {
	grpo: {},
	gae: { whiten: true },
	gigpo: { scale: "sd1" },
	tempo: {},
	spoTree: {},
	treePs: {},
	rankGrpo: {},
};

describe("credit in WebAssembly", () => {
	it.each(Object.entries(SAME_BITS))("adds in the order of the definition: %s has the same bits", (id, params) => {
		for (const batch of Object.values(AGREEMENT_BATCHES))
			expect(inWasm(id, params, batch)).toEqual(creditBy(METHODS.find((m) => m.id === id)!, params, batch));
	});

	it("has every primitive, on numbers, unknown ones, and among equal ones", () => {
		for (const batch of Object.values(AGREEMENT_BATCHES)) {
			const [cpu, wasm] = [new CpuOps(batch), new WasmOps(batch, memory)];
			wasm.prepare(EVERY_NODE);
			for (const node of EVERY_NODE) {
				const [want, got] = [cpu.value(node), wasm.value(node)];
				const { active } = cpu.domain(node);
				want.forEach((x, i) => {
					if (active[i] && !Object.is(x, got[i]!))
						expect(Math.abs(x - got[i]!), JSON.stringify(node.kind)).toBeLessThanOrEqual(
							1e-14 * Math.max(1, Math.abs(x)),
						);
				});
			}
		}
	});

	it("sets aside enough memory, and no number of the module's own lies in it", async () => {
		const rows = Array.from({ length: 64 }, (_, b) => randomRow(Rng.of(b), b % 3, { length: 1 + (b % 40) }));
		const batch = batchOfRandom(rows, 200);
		const fresh = await CreditMemory.open();
		for (const method of METHODS)
			for (const params of paramSets(method))
				expect(creditBy(method, params, batch, new WasmOps(batch, fresh)).advantage.length).toBe(64 * 200);
		const bytes = await loadWasm("single");
		expect(dataEnd(bytes)).toBeLessThanOrEqual(ARENA_START);
	});
});

/** Where the last data segment of a module ends: `00 41 <offset> 0b <size> <bytes>` each, in section 11. */
function dataEnd(bytes: Uint8Array): number {
	let at = 8;
	const leb = () => {
		let [value, shift, byte] = [0, 0, 0];
		do {
			byte = bytes[at++]!;
			value |= (byte & 127) << shift;
			shift += 7;
		} while (byte & 128);
		return value;
	};
	for (;;) {
		const section = bytes[at++];
		const size = leb();
		if (section !== 11) at += size;
		else break;
	}
	let end = 0;
	for (let left = leb(); left > 0; left--) {
		at += 2;
		const offset = leb();
		at += 1;
		const size = leb();
		end = Math.max(end, offset + size);
		at += size;
	}
	return end;
}
