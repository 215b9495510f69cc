import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../engine/core/rng";
import { creditorOf } from "../../engine/credit/choice";
import { isGroupLocal } from "../../engine/credit/method";
import { batchOfRandom, randomRow } from "../../engine/credit/randomBatch";
import { METHODS } from "../../engine/credit/registry";
import { creditBy } from "../../engine/credit/run";
import type { RolloutBatch } from "../../engine/rollouts/batch";
import {
	AGREEMENT_BATCHES,
	EQUAL_BATCHES,
	expectAgreement,
	paramSets,
	REWARD_CHAINS,
	rounded,
} from "../../testing/creditAgreement";
import { testDevice } from "../../testing/softwareDevice";
import { DispatchCompiler } from "../device/dispatch";
import type { CreditPlan } from "./creditPlan";
import { gpuCredit } from "./gpuCredit";

let device: GPUDevice;
let compiler: DispatchCompiler;
beforeAll(async () => {
	device = await testDevice();
	compiler = new DispatchCompiler(device);
});
afterAll(() => device.destroy());

/** More lanes than run at once, so that a missing barrier shows; one pipeline for all methods. */
const SHARED = { lanes: 32, shared: true };

/** Most dispatches of any method. */
const MOST_DISPATCHES = 5;

async function onGpu(id: string, params: Readonly<Record<string, unknown>>, batch: RolloutBatch) {
	const plans: CreditPlan[] = [];
	const options = { ...SHARED, onPlan: (plan: CreditPlan) => plans.push(plan) };
	const credit = await gpuCredit(compiler, methodOf(id), params, batch, options);
	return { credit, plan: plans[0]! };
}
const methodOf = (id: string) => METHODS.find((method) => method.id === id)!;

describe.each(METHODS.map((method) => [method.id, method] as const))("%s on the GPU", (id, method) => {
	it.each(Object.entries(AGREEMENT_BATCHES))("agrees with float64, in few dispatches: %s", async (_, batch) => {
		for (const params of paramSets(method)) {
			const { credit, plan } = await onGpu(id, params, batch);
			expectAgreement(credit, creditBy(method, params, batch));
			expect(plan.dispatches).toBeLessThanOrEqual(isGroupLocal(method, params) ? 1 : MOST_DISPATCHES);
		}
	});

	if (method.traits.zeroWhenEqual)
		it("gives equal rewards exactly zero", async () => {
			for (const batch of EQUAL_BATCHES)
				for (const params of paramSets(method)) {
					const { advantage } = (await onGpu(id, params, batch)).credit;
					expect([...advantage].filter((a) => a !== 0 && !Number.isNaN(a))).toEqual([]);
				}
		});
});

it.each(REWARD_CHAINS)("%j agrees with float64", async ({ id, params, rewards }) => {
	const creditor = creditorOf({ id, rewards });
	for (const batch of Object.values(AGREEMENT_BATCHES))
		expectAgreement(await gpuCredit(compiler, creditor, params, batch, SHARED), creditBy(creditor, params, batch));
});

/** Methods that together have every operation. */
const ALONE: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
	["gigpo", { scale: "sd1" }],
	["spoTree", { segment: 2, scale: "sd0" }],
	["treePs", { unit: "token", form: "reweighted", shared: "once" }],
	["attentionCredit", { strategy: "coupled" }],
	["spoChain", { mask: "skip", whiten: true, interval: 2 }],
	["pure", { baseline: "others", whiten: true }],
	["hbpo", { maxLength: 16, alpha: 0.05 }],
	["maRlhf", { value: "position", length: 2 }],
	["rankGrpo", {}],
	["reinforcePlusPlus", { holes: "reset", discount: 0.9 }],
];

describe("credit on the GPU", () => {
	it.each([
		["gigpo", { scale: "sd1" }, 1],
		["gae", { whiten: true }, MOST_DISPATCHES],
	] as const)("takes 1,024 rollouts of 128 tokens: %s %j in at most %i dispatches", async (id, params, most) => {
		const rng = Rng.of(6);
		const rows = Array.from({ length: 1024 }, (_, b) => randomRow(rng, b % 128, { length: 1 + rng.integer(128) }));
		const batch = rounded(batchOfRandom(rows, 128));
		const onPlan = ({ dispatches }: CreditPlan) => expect(dispatches).toBeLessThanOrEqual(most);
		const credit = await gpuCredit(compiler, methodOf(id), params, batch, { lanes: 32, onPlan });
		expectAgreement(credit, creditBy(methodOf(id), params, batch));
	});

	it.each(ALONE)("%s %j as a shader of its own", async (id, params) => {
		const own = await gpuCredit(compiler, methodOf(id), params, AGREEMENT_BATCHES.holed, { lanes: 32 });
		expectAgreement(own, creditBy(methodOf(id), params, AGREEMENT_BATCHES.holed));
	});

	it("gives the same bits again", async () => {
		const [a, b] = [
			await onGpu("gae", { whiten: true }, AGREEMENT_BATCHES.ragged),
			await onGpu("gae", { whiten: true }, AGREEMENT_BATCHES.ragged),
		];
		expect(a.credit).toEqual(b.credit);
	});

	it("says in one sentence what is too much", async () => {
		const rows = Array.from({ length: 40 }, (_, b) => randomRow(Rng.of(b), 0, { length: 4 }));
		await expect(onGpu("gigpo", {}, batchOfRandom(rows, 500))).rejects.toThrow(
			"The method compares each of 20000 entries with all others, and the GPU takes 16384; use --backend cpu or smaller groups.",
		);
	});
});
