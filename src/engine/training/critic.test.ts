import { describe, expect, it } from "vitest";
import { coinSpec } from "../../testing/coinTask";
import { near, same } from "../../testing/near";
import { Rng } from "../core/rng";
import { batchOf } from "../credit/testing";
import { openSpec } from "../spec/registries";
import { valueLoss, valueTargets } from "./critic";
import { planOf } from "./plan";

const PPO = {
	values: Float64Array.of(0.65, 0.45, 0.3, 0.9),
	oldValues: Float64Array.of(0.5, 0.4, 0.7, 0.6),
	targets: Float64Array.of(0.9377, 0.966, 0.98, 1),
};

it("takes the worse of the value and the clipped value, as worked by hand and as verl's function gives it", () => {
	near(valueLoss(PPO, { coef: 1, clip: 0.2 }).loss, 0.106428);
	const each = [0, 1, 2, 3].map((i) => {
		const at = (x: Float64Array) => x.slice(i, i + 1);
		const one = { values: at(PPO.values), oldValues: at(PPO.oldValues), targets: at(PPO.targets) };
		return 2 * valueLoss(one, { coef: 1, clip: 0.2 }).loss;
	});
	near(each, [0.082771, 0.266256, 0.4624, 0.04]);
});

it("does not move a value further once it has left the band and the band's edge is worse", () => {
	// Only the last leaves its band, .6 ± .2, for the better.
	const { dvalues } = valueLoss(PPO, { coef: 2, clip: 0.2 });
	same(dvalues, [-0.2877 / 2, -0.516 / 2, -0.68 / 2, 0]);
});

it("has the gradient of central differences, and without a clip is half the squared error", () => {
	const rng = Rng.of(5);
	const draw = () => Float64Array.from({ length: 40 }, () => rng.normal());
	const input = { values: draw(), oldValues: draw(), targets: draw() };
	const { dvalues } = valueLoss(input, { coef: 1, clip: 0.3 });
	expect(dvalues.filter((d) => d === 0).length).toBeGreaterThanOrEqual(5);
	const moved = (i: number, by: number) =>
		valueLoss({ ...input, values: input.values.map((v, j) => (i === j ? v + by : v)) }, { coef: 1, clip: 0.3 }).loss;
	for (const [i, d] of dvalues.entries()) near(d, (moved(i, 1e-6) - moved(i, -1e-6)) / 2e-6, 1e-8);
	const plain = input.values.reduce((sum, v, i) => sum + (v - input.targets[i]!) ** 2, 0) / 80;
	same(valueLoss(input, { coef: 1, clip: 0 }).loss, plain);
	expect(valueLoss({ values: draw().slice(0, 0), oldValues: draw(), targets: draw() }, { coef: 1, clip: 1 }).loss).toBe(
		0,
	);
});

const plan = (change: object) => {
	const { spec, task } = openSpec(
		coinSpec({ task: { id: "strategy", params: {} }, model: { valueHead: true }, ...change }),
	);
	return planOf(spec, task);
};

describe("what the value head learns is what the method takes values for", () => {
	const criticOf = (id: string, params: object = {}, signals: object = {}) =>
		plan({ method: { id, params }, signals }).critic!;
	it("discounts tokens as the method that reads the values does, unless it is told another discount", () => {
		expect(criticOf("tdLambda").discount).toBe(0.99);
		expect(criticOf("gae", { discount: 0.9 }).discount).toBe(0.9);
		expect(criticOf("reinforce", { center: "value", discount: 0.8 }).discount).toBe(0.8);
		expect(criticOf("gae", { discount: 0.9 }, { criticValues: { discount: 0.5 } }).discount).toBe(0.5);
		// These read no values; this one's discount counts macro actions.
		expect(criticOf("reinforce", { discount: 0.8 }).discount).toBe(1);
		expect(criticOf("maRlhf", { discount: 0.8 }).discount).toBe(1);
		expect(criticOf("maRlhf", { discount: 0.8, length: 1 }).discount).toBe(0.8);
	});
	it("bootstraps cut rollouts as the method does; λ is its own", () => {
		expect([criticOf("gae").bootstrap, criticOf("gae", { bootstrap: false }).bootstrap]).toEqual([true, false]);
		expect(criticOf("grpo").bootstrap).toBe(true);
		expect(criticOf("gae", { lambda: 0.5 }).lambda).toBe(1);
		// Paid 1 once; after the cut the value 5 is known.
		const cut = { ...batchOf([{ rewards: [0, 1], values: [0.5, 0.25] }]), truncated: Uint8Array.of(1) };
		const batch = { ...cut, bootstrap: Float64Array.of(5) };
		const targets = (params: object) => valueTargets(batch, criticOf("gae", params));
		near(targets({ discount: 0.5 }), [0.5 + 0.25 * 5, 1 + 0.5 * 5]);
		near(targets({ discount: 0.5, bootstrap: false }), [0.5, 1]);
	});
});

describe("behind writers of rewards", () => {
	it("learns what they pay", () => {
		// IRCR pays 1 and 0 a token: to go 2, 1 and 0.
		const batch = batchOf([
			{ rewards: [0, 7], values: [0.5, 0.25] },
			{ rewards: [3], values: [0.5] },
		]);
		const critic = { discount: 1, lambda: 1, bootstrap: true, coef: 1, clip: 0, klCoef: 0, klEstimator: "k1" } as const;
		near(valueTargets(batch, critic).subarray(0, 3), [7, 7, 3]);
		near(valueTargets(batch, { ...critic, rewards: [{ id: "ircr", params: {} }] }).subarray(0, 3), [2, 1, 0]);
	});
	it("is told of them where the method reads its values, and only there", () => {
		const rewards = [{ id: "ircr", params: { per: "rollout" } }];
		expect(plan({ method: { id: "gae", rewards } }).critic?.rewards).toEqual(rewards);
		expect(plan({ method: { id: "grpo", rewards } }).critic).not.toHaveProperty("rewards");
		expect(plan({ method: { id: "gae" } }).critic).not.toHaveProperty("rewards");
	});
	it("keeps the reference that a penalty reads", () => {
		expect(plan({ method: { id: "grpo", rewards: [{ id: "klPenalty" }] } }).reference).toBe(true);
		expect(plan({ method: { id: "grpo" } }).reference).toBe(false);
	});
	it("is refused where what it is to learn may come from itself", () => {
		expect(() => plan({ method: { id: "gae", rewards: [{ id: "potentialShaping" }] } })).toThrow(
			'Method gae reads values of a head that learns what tokens are paid, and reward writer potentialShaping reads the signal "potential", which may come from those values; leave out model.valueHead or that writer.',
		);
		expect(() => plan({ method: { id: "pure", rewards: [{ id: "ircr" }] } })).toThrow(/^Method pure reads no rewards/);
	});
});
