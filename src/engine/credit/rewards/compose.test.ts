import { describe, expect, it } from "vitest";
import { near, same } from "../../../testing/near";
import { faultsOf } from "../../../testing/traceCheck";
import { InvalidInput } from "../../core/errors";
import { Rng } from "../../core/rng";
import type { RolloutBatch } from "../../rollouts/batch";
import { planSignals } from "../../signals/planner";
import { PROVIDERS } from "../../signals/registry";
import { creditorOf } from "../choice";
import type { Creditor, RewardChoice } from "../method";
import { batchOfRandom, randomRow } from "../randomBatch";
import { METHODS } from "../registry";
import { creditBy, creditOf } from "../run";
import { batchOf, ragged, tokenSignal } from "../testing";
import { traceOf } from "../traceOps";
import { REWARD_WRITERS } from "./registry";

const chained = (id: string, ...rewards: (string | RewardChoice)[]): Creditor =>
	creditorOf({
		id,
		rewards: rewards.map((writer) => (typeof writer === "string" ? { id: writer, params: {} } : writer)),
	});
const creditAfter = (batch: RolloutBatch, params: object, id: string, ...rewards: (string | RewardChoice)[]) =>
	creditBy(chained(id, ...rewards), { ...params }, batch);
const rowsAfter = (...given: Parameters<typeof creditAfter>) => ragged(given[0], creditAfter(...given).advantage);
const withSignals = (batch: RolloutBatch, signals: Readonly<Record<string, readonly (readonly number[])[]>>) => ({
	...batch,
	signals: Object.fromEntries(Object.entries(signals).map(([name, rows]) => [name, tokenSignal(batch, rows)])),
});
const random = (seed: number, groups = [0, 0, 0, 0, 1, 1, 1]) => {
	const rng = Rng.of(seed);
	return groups.map((group) => randomRow(rng, group));
};
const PLAIN = { center: "none", discount: 0 };

describe("worked by hand", () => {
	// F = (.45, .22, −.80) at γ = .9, r' = (.45, .22, .20).
	const shaped = withSignals(batchOf([{ rewards: [0, 0, 1] }]), { potential: [[0, 0.5, 0.8]] });
	it("potential-based shaping, with a term of its own beside those of the method", () => {
		const { terms } = creditAfter(shaped, { center: "none", discount: 0.9 }, "reinforce", "potentialShaping");
		same(ragged(shaped, terms.return!), [[0.81, 0.9, 1]]);
		same(ragged(shaped, terms.potentialShaping!), [[0, -0.5, -0.8]]);
		expect(Object.keys(terms)).toEqual(["return", "baseline", "potentialShaping"]);
	});
	it("potential-based shaping: its sum over the rollout, with the end where the limit cut", () => {
		// Returns grow by γΦ_3 − Φ_0 − (1 − γ)(.5 + .8): −.13 at the end, .9 · 2 − .13 where Φ_3 = 2.
		const two = withSignals(batchOf([{ rewards: [0, 0, 1] }, { rewards: [0, 0, 1] }, { reward: 0 }]), {
			potential: [[0, 0.5, 0.8], [0, 0.5, 0.8], [0]],
		});
		const cut = { ...two, truncated: Uint8Array.of(0, 1, 0), bootstrap: Float64Array.of(9, 2, 9) };
		const [a, b] = rowsAfter(cut, { discount: 0.9, scale: "none", center: "mean" }, "reinforce", "potentialShaping");
		// To go γ-discounted: 1·.81 − 0, plus .729 · 2; the mean of the returns .87, 2.67 and 0 is 1.18.
		same([[a![0]!, b![0]!]], [[0.81 - 1.18, 0.81 + 1.458 - 1.18]]);
	});
	it("potential-based shaping: an end with a potential of its own attracts, by γ³Φ_3 = .729", () => {
		const attracted = { ...shaped, truncated: Uint8Array.of(1), bootstrap: Float64Array.of(1) };
		const { terms } = creditAfter(attracted, { center: "none", discount: 0.9 }, "reinforce", "potentialShaping");
		// F = (.45, .22, .10): to go .729, .31, .1.
		same(ragged(shaped, terms.potentialShaping!), [[0.729, 0.31, 0.1]]);
	});
	it("a plain bonus pays going to and fro more than the goal, a potential pays it nothing", () => {
		const there = Array.from({ length: 400 }, (_, t) => (t % 2 === 0 ? 0.3 : 0));
		const first = (batch: RolloutBatch, ...rewards: string[]) =>
			rowsAfter(batch, { center: "none", discount: 0.9 }, "reinforce", ...rewards)[0]![0]!;
		near([first(batchOf([{ rewards: there }])), first(batchOf([{ rewards: [0.3, 0, 1] }]))], [1.578947, 1.11]);
		const still = batchOf([{ rewards: there.map(() => 0) }]);
		const potential = there.map((_, t) => (t % 2 === 0 ? 0 : 0.3));
		near([first(withSignals(still, { potential: [potential] }), "potentialShaping")], [0]);
	});
	it("RUDDER: (.11, .01, .51, −.04, .41)", () => {
		const batch = withSignals(batchOf([{ length: 5, reward: 1 }]), { returnPrediction: [[0.1, 0.1, 0.6, 0.55, 0.95]] });
		same(rowsAfter(batch, PLAIN, "reinforce", "rudder"), [[0.11, 0.01, 0.51, -0.04, 0.41]]);
	});
	it("IRCR before GAE: R = 2 between −1 and 5 pays .5 a token", () => {
		const batch = batchOf([
			{ reward: -1, values: [0.25] },
			{ reward: 2, values: [0.1, 0.4] },
			{ reward: 5, values: [0] },
		]);
		const { terms } = creditAfter(batch, { lambda: 0.5 }, "gae", "ircr");
		// δ = .5 + .4 − .1 and .5 − .4; half of the later one.
		same(ragged(batch, terms.td!), [[-0.25], [0.8, 0.1], [1]]);
		same(ragged(batch, terms.later!), [[0], [0.05, 0], [0]]);
	});
	it("synthetic returns and a penalty after a learned reward: three rewards, two terms", () => {
		const base = batchOf([{ logProbs: [0.2, -0.1], rewards: [0, 7] }], { refLogProbs: new Float64Array(2) });
		const batch = withSignals(base, { rewardModel: [[1, 2]], contribution: [[0.5, 0]] });
		const chain = ["returnDecomposition", { id: "syntheticReturns", params: { beta: 2 } }, "klPenalty"] as const;
		const { terms, rewards } = creditAfter(batch, PLAIN, "reinforce", ...chain);
		same(ragged(batch, terms.return!), [[1, 2]]);
		same(ragged(batch, terms.syntheticReturns!), [[0.15 + 1, 2]]);
		same(ragged(batch, terms.klPenalty!), [[-0.01, 0.005]]);
		expect(rewards).toEqual([
			{ id: "returnDecomposition", params: {} },
			{ id: "syntheticReturns", params: { alpha: 0.3, beta: 2 } },
			{ id: "klPenalty", params: { klCoef: 0.05, klEstimator: "k1" } },
		]);
	});
});

describe("identities", () => {
	const batch = batchOfRandom(random(1));
	const equal = (a: Float64Array, b: Float64Array, bound = 1e-12) => near(ragged(batch, a), ragged(batch, b), bound);
	it("no writer is the method itself", () => {
		expect(creditorOf({ id: "gae", rewards: [] })).toBe(METHODS.find(({ id }) => id === "gae"));
	});
	it.each(["potentialShaping", "returnDecomposition", "syntheticReturns"])(
		"%s before REINFORCE over the group is the method of that name",
		(writer) => {
			equal(
				creditAfter(batch, { over: "group" }, "reinforce", writer).advantage,
				creditOf(writer, {}, batch).advantage,
			);
		},
	);
	it.each(["gae", "reinforce", "reinforcePlusPlus", "rloo", "maRlhf"])(
		"a KL penalty before %s is its own klCoef",
		(method) => {
			const penalty = { id: "klPenalty", params: { klCoef: 0.3, klEstimator: "k3" } };
			const own = creditOf(method, { klCoef: 0.3, klEstimator: "k3" }, batch);
			equal(creditAfter(batch, {}, method, penalty).advantage, own.advantage);
		},
	);
	it("shaping cancels out by the sum of a macro's rewards, and not by their mean", () => {
		// Macros of two tokens and of the last: by the mean (Φ_2 − Φ_0)/2 − Φ_2 = −(Φ_0 + Φ_2)/2.
		const base = batchOf([
			{ rewards: [0, 0, 1], values: [0, 0, 0] },
			{ rewards: [0, 0, 1], values: [0, 0, 0] },
		]);
		const batch = withSignals(base, {
			potential: [
				[0.4, 0.1, 0.8],
				[0.4, 0.7, 0.2],
			],
		});
		const shaped = (reward: "sum" | "mean") => {
			const { terms } = creditAfter(batch, { reward, length: 2, lambda: 1 }, "maRlhf", "potentialShaping");
			return ragged(batch, terms.potentialShaping!).map(([first]) => [first!]);
		};
		near(shaped("sum"), [[-0.4], [-0.4]], 1e-15);
		near(shaped("mean"), [[-0.6], [-0.3]], 1e-15);
	});
	it("shaping from one start changes nothing where whole returns are compared, to the bit; from several it does", () => {
		const rows = random(2, [0, 0, 0, 0]);
		const from = (first: (b: number) => number) => {
			const given = batchOfRandom(rows);
			const potential = given.signals.potential!.data.slice();
			rows.forEach(({ mask }, b) => {
				potential[b * given.T + mask!.indexOf(1)] = first(b);
			});
			return { ...given, signals: { ...given.signals, potential: { ...given.signals.potential!, data: potential } } };
		};
		const shaped = (of: RolloutBatch) => creditAfter(of, {}, "rloo", "potentialShaping").terms.potentialShaping!;
		const size = (x: Float64Array) => x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
		expect(size(shaped(from(() => 0.3)))).toBeLessThanOrEqual(1e-15);
		expect(size(shaped(from((b) => b)))).toBeGreaterThan(0.5);
		const alike = from(() => 0.3);
		const dead = { ...alike, rewards: new Float64Array(alike.B * alike.T), returns: new Float64Array(alike.B) };
		expect([...creditAfter(dead, {}, "grpo", "potentialShaping").advantage].filter((a) => a !== 0)).toEqual([]);
	});
	it.each([
		["grpo", {}],
		["rloo", {}],
		["reinforce", { over: "group", center: "loo", scale: "sd1" }],
	])("equal returns behind two writers that add give exactly 0: %s", (id, params) => {
		const rng = Rng.of(5);
		const eighth = () => rng.integer(17) / 8;
		for (let round = 0; round < 20; round++) {
			const paid = Array.from({ length: 5 }, () => ({ reward: eighth(), logProb: -eighth() }));
			const rows = paid.map(({ reward, logProb }) => ({ reward, logProbs: [logProb] }));
			const base = batchOf(rows, { refLogProbs: new Float64Array(5) });
			const contribution = paid.map(({ reward, logProb }) => [1 - (reward - logProb)]);
			const chain = [
				{ id: "klPenalty", params: { klCoef: 1 } },
				{ id: "syntheticReturns", params: { alpha: 1 } },
			];
			const batch = withSignals(base, { contribution });
			expect([...creditAfter(batch, params, id, ...chain).advantage]).toEqual([0, 0, 0, 0, 0]);
		}
	});
	it("no more tokens are without credit behind a writer that weighs rewards by 0 than without it", () => {
		const known = batchOf([{ rewards: [1, 1] }, { rewards: [1, 1] }]);
		const rewards = known.rewards.slice();
		rewards[0] = Number.NaN;
		const contribution = [
			[2, 2],
			[2, 2],
		];
		const batch = withSignals({ ...known, rewards }, { contribution });
		const plain = creditOf("gae", { lambda: 0 }, { ...batch, values: new Float64Array(4) }).advantage;
		const behind = creditAfter({ ...batch, values: new Float64Array(4) }, { lambda: 0 }, "gae", "syntheticReturns");
		expect(Number.isNaN(plain[0])).toBe(true);
		expect(Array.from(behind.advantage, Number.isNaN)).toEqual(Array.from(plain, Number.isNaN));
		expect(behind.advantage[2]).toBeCloseTo(1.6, 12);
	});
	it("RUDDER without its correction pays what was forecast, and so changes whole returns", () => {
		// Forecast 3 and 1: 1 − 2 above the mean; uncorrected it is these that are compared, not 10 and 0.
		const two = withSignals(batchOf([{ reward: 10 }, { reward: 0 }]), { returnPrediction: [[1], [3]] });
		const uncorrected = { id: "rudder", params: { correct: false } };
		same(rowsAfter(two, {}, "drGrpo", uncorrected), [[-1], [1]]);
	});
	it("weights of HICRA are those of the credit that it ends with", () => {
		const { advantage, weights } = creditAfter(batch, {}, "hicra", "klPenalty");
		const planning = batch.signals.planning!.data;
		advantage.forEach((a, i) => {
			if (batch.actionMask[i] && planning[i] && a !== 0) expect(weights![i]).toBeCloseTo(a > 0 ? 1.2 : 0.8, 12);
		});
	});
});

describe.each(METHODS)("$id behind every writer", (method) => {
	it.each(REWARD_WRITERS.map(({ id }) => id))("%s: refused with a sentence, or credit that adds up", (writer) => {
		const batch = batchOfRandom(random(3));
		let credit: ReturnType<typeof creditBy>;
		try {
			credit = creditAfter(batch, {}, method.id, writer);
		} catch (error) {
			expect(error).toBeInstanceOf(InvalidInput);
			expect((error as Error).message).toMatch(
				/^Method \w+ (takes no reward writer: .*|discounts by spans of tokens, .*|reads no rewards of tokens or rollouts here, so .* would change nothing|reads whole returns alone here, .* would change nothing)\.$/,
			);
			return;
		}
		expect(batch).toEqual(batchOfRandom(random(3)));
		const { advantage, terms } = credit;
		const plain = creditOf(method.id, {}, batch).advantage;
		expect(Array.from(advantage, Number.isNaN)).toEqual(Array.from(plain, Number.isNaN));
		advantage.forEach((a, i) => {
			if (!batch.actionMask[i]) expect(a).toBe(0);
			const sum = Object.values(terms).reduce((total, term) => total + term[i]!, 0);
			if (!Number.isNaN(a)) expect(Math.abs(sum - a)).toBeLessThanOrEqual(1e-12);
		});
		const order = [5, 2, 0, 6, 3, 1, 4];
		const rows = random(3);
		const moved = batchOfRandom(order.map((b) => rows[b]!));
		const straight = ragged(batch, advantage);
		near(
			rowsAfter(moved, {}, method.id, writer),
			order.map((b) => straight[b]!),
			1e-9,
		);
		const own = chained(method.id, writer);
		for (const t of [0, 1]) expect(faultsOf(traceOf(own, {}, batch, 1, t))).toEqual([]);
	});
});

describe("chains that make no sense are refused with a sentence", () => {
	it.each([
		[["grpo", "magic"], 'There is no reward writer "magic"; there are ircr, klPenalty,'],
		[["grpo", "ircr", "klPenalty", "klPenalty"], "Reward writer klPenalty stands in the chain twice; name it once."],
		[
			["gae", "klPenalty", "potentialShaping", "rudder"],
			"Reward writer rudder pays the outcome in its own way, so what klPenalty and potentialShaping wrote before it would be lost; put rudder first.",
		],
		[
			["hca", "ircr"],
			"Method hca takes no reward writer: its hindsight is about the return that the environment paid.",
		],
	])("%j", ([id, ...rewards], message) => expect(() => chained(id!, ...rewards)).toThrow(message));
	it("a method that reads no rewards, with these parameters", () => {
		const pure = (outcomeCoef: number) => chained("pure", "ircr").estimate({ ...defaults("pure"), outcomeCoef });
		expect(() => pure(0)).toThrow(
			"Method pure reads no rewards of tokens or rollouts here, so reward writer ircr before it would change nothing.",
		);
		expect(() => pure(1)).not.toThrow();
	});
	it("a method that only counts the returns of a group", () => {
		const rank = (writer: string) => () => chained("rankGrpo", writer).estimate(defaults("rankGrpo"));
		for (const { id } of REWARD_WRITERS)
			expect(rank(id)).toThrow(
				`Method rankGrpo reads no rewards of tokens or rollouts here, so reward writer ${id} before`,
			);
	});
	it.each(["grpo", "drGrpo", "rloo", "dapo", "opo", "tempo", "treeGrpo", "spoChain", "spoTree"])(
		"RUDDER, which adds up to the return, before %s, which reads whole returns alone",
		(id) => {
			const behind = (...rewards: (string | RewardChoice)[]) => chained(id, ...rewards).estimate(defaults(id));
			const sentence = `Method ${id} reads whole returns alone here, and reward writer rudder leaves them as they are, so it would change nothing.`;
			expect(() => behind("rudder")).toThrow(sentence);
			expect(() => behind("rudder", "klPenalty")).toThrow(sentence);
			expect(() => behind({ id: "rudder", params: { correct: false } })).not.toThrow();
			expect(() => behind("ircr")).not.toThrow();
		},
	);
	it.each([
		[{ id: "klPenalty", params: { klCoef: 0 } }, "klPenalty with klCoef=0, klEstimator=k1"],
		[{ id: "syntheticReturns", params: { alpha: 0 } }, "syntheticReturns with alpha=0, beta=1"],
	])("a writer whose parameters leave all as it was: %j", (writer, words) =>
		expect(() => chained("grpo", writer).estimate(defaults("grpo"))).toThrow(
			`Reward writer ${words} would change nothing; leave it out.`,
		),
	);
	it("shaping before a discount that counts spans of several tokens", () => {
		const shaped = (id: string, params: object) => () =>
			chained(id, "potentialShaping").estimate({ ...defaults(id), ...params });
		expect(shaped("gigpo", {})).toThrow(
			"Method gigpo discounts by spans of tokens, so what reward writer potentialShaping pays would not cancel out and would change what is best; set discount to 1 instead of 0.95.",
		);
		expect(shaped("maRlhf", { discount: 0.9 })).toThrow("Method maRlhf discounts by spans of tokens");
		expect(shaped("maRlhf", { discount: 0.9, length: 1, cut: "marks" })).toThrow("set discount to 1 instead of 0.9");
		for (const [id, params] of [
			["gigpo", { discount: 1 }],
			["maRlhf", {}],
			["maRlhf", { discount: 0.9, length: 1 }],
			["gae", { discount: 0.9 }],
		] as const)
			expect(shaped(id, params)).not.toThrow();
		expect(() => chained("gigpo", "klPenalty").estimate(defaults("gigpo"))).not.toThrow();
	});
	it("a parameter out of range", () =>
		expect(() => chained("grpo", { id: "klPenalty", params: { klCoef: -1 } })).toThrow(
			"reward writer klPenalty klCoef is -1",
		));
	it("a signal that is missing names the chain", () => {
		const file = { carries: () => false, resources: new Set<never>() };
		expect(() => planSignals(chained("grpo", "potentialShaping"), {}, file, PROVIDERS)).toThrow(
			/^Method grpo after potentialShaping needs the signal "potential"/,
		);
	});
});

const defaults = (id: string) => {
	const method = METHODS.find((m) => m.id === id)!;
	return Object.fromEntries(Object.entries(method.params).map(([name, spec]) => [name, spec.default]));
};

it("no writer has the name of a method's term", () => {
	for (const method of METHODS)
		for (const name of Object.keys(method.estimate(defaults(method.id)).terms))
			expect(REWARD_WRITERS.map(({ id }) => id)).not.toContain(name);
});
