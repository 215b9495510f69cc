import { describe, expect, it } from "vitest";
import { near, same } from "../../../testing/near";
import { creditOf } from "../run";
import { batchOf, preset, ragged, rolloutSignal, rows, spansOfRows } from "../testing";

/** One rollout with these log-ratios to a reference that gives every token the log-probability 0. */
const apart = (d: readonly number[], more: object = {}) =>
	batchOf([{ logProbs: d, rewards: d.map((_, t) => Number(t === d.length - 1)), ...more }], {
		refLogProbs: new Float64Array(d.length),
	});

describe("KL in the reward", () => {
	// Only the last of six tokens is paid. Less .05 times these: −.01, −.02, 0, −.03, .01, .98, the rewards of the worked example of MA-RLHF.
	const six = apart([0.2, 0.4, 0, 0.6, -0.2, 0.4], { values: [0.2, 0.3, 0.4, 0.35, 0.5, 0.6] });
	it("MA-RLHF as released, from running it", () =>
		near(rows(six, "maRlhf", preset("maRlhf", "released", { length: 2 })), [
			[0.639577, 0.639577, 0.55745, 0.55745, 0.471, 0.38],
		]));
	it("GAE on the same rewards, from running it", () => {
		near(rows(six, "gae", { klCoef: 0.05 }), [[0.607392, 0.544624, 0.489077, 0.56745, 0.471, 0.38]]);
	});
	it("GAE's RLHF preset whitens what is left", () => {
		// λ = .95 over V = (½, 0): δ = −.002 − ½, 1 + .004; A = −.502 + .95 · 1.004 = .4518 and 1.004. Half their distance is .2761.
		const two = apart([0.1, -0.2], { values: [0.5, 0] });
		const by = Math.sqrt(2 * 0.2761 ** 2 + 1e-8);
		near(rows(two, "gae", preset("gae", "rlhf")), [[-0.2761 / by, 0.2761 / by]], 1e-9);
	});
	it("estimators: d, d²/2, exp(−d) + d − 1", () => {
		// d = .2 and −.1 of weight ½: .1, .05; .02, .005; .018730753, .005170918.
		const two = apart([0.2, -0.1]);
		const of = (klEstimator: string) => rows(two, "reinforce", { center: "none", klCoef: 0.5, klEstimator });
		same(of("k1"), [[1 - 0.5 * 0.1, 1 + 0.5 * 0.1]]);
		same(of("k2"), [[1 - 0.5 * 0.025, 1 - 0.5 * 0.005]]);
		near(of("k3"), [[1 - 0.5 * 0.023901671, 1 - 0.5 * 0.005170918]], 1e-9);
	});
	it("k3 stays finite for absurd tokens", () =>
		near(
			rows(apart([-50]), "reinforce", { center: "none", klCoef: 1, klEstimator: "k3" }),
			[[1 + 21 - Math.exp(20)]],
			1e-6,
		));
	it("RLOO takes the sum over the response", () => {
		const batch = batchOf(
			[
				{ logProbs: [0.2, 0.4], reward: 1 },
				{ logProbs: [0.2, 0], reward: 0 },
			],
			{ refLogProbs: new Float64Array(4) },
		);
		// k2: .02 + .08 and .02; times ½: R' = .95 and −.01.
		same(rows(batch, "rloo", { klCoef: 0.5, klEstimator: "k2" }), [
			[0.96, 0.96],
			[-0.96, -0.96],
		]);
		// Baseline .47 = the mean of .95 and −.01; to go .95, .96 and −.01, 0.
		same(rows(batch, "reinforce", { klCoef: 0.5, klEstimator: "k2" }), [
			[0.48, 0.49],
			[-0.48, -0.47],
		]);
	});
	it("ReMax and REINFORCE++ take it from each token", () => {
		const two = { ...apart([0.2, -0.1]), signals: { greedyReturn: rolloutSignal([0.25]) } };
		same(rows(two, "remax", { klCoef: 0.5 }), [[0.7, 0.8]]);
		const by = Math.sqrt(0.005 + 1e-8); // .95 and 1.05
		near(rows(two, "reinforcePlusPlus", { klCoef: 0.5 }), [[-0.05 / by, 0.05 / by]], 1e-12);
	});
});

describe("pure, as its main branch", () => {
	const steps = {
		...spansOfRows([
			[
				[0, 2],
				[2, 3],
			],
			[[0, 1]],
		]),
		reward: Float64Array.of(0.5, 0.2, 0.4),
	};
	const batch = batchOf(
		[
			{ logProbs: [1, 2, -4], reward: 0 },
			{ logProbs: [3], reward: 0 },
		],
		{ steps, refLogProbs: new Float64Array(6) },
	);
	it("takes .001 of the log-ratios to come, after the baseline", () => {
		for (const name of ["mainStep", "mainToken"]) {
			const { terms } = creditOf("pure", preset("pure", name), batch);
			near(ragged(batch, terms.kl!), [[0.001, 0.002, 0.004], [-0.003]], 1e-15);
		}
		// Sums less the average step of the others, .4 and .35 for each step: −.1, −.2 and .05.
		const [a, b] = rows(batch, "pure", preset("pure", "mainStep", { form: "sum" })) as [number[], number[]];
		near([a, b], [[-0.1 + 0.001, -0.1 + 0.002, -0.2 + 0.004], [0.05 - 0.003]], 1e-12);
	});
	it("whitens process and penalty together", () => {
		const given = rows(batch, "pure", { form: "sum", klCoef: 0.1, whiten: true });
		// .7 + .1, .7 + .2, .2 + .4, .4 − .3: mean .6, squares .04 + .09 + 0 + .25 over 3.
		const by = Math.sqrt(0.38 / 3 + 1e-8);
		near(given, [[0.2 / by, 0.3 / by, 0], [-0.5 / by]], 1e-12);
		expect(Object.keys(creditOf("pure", { klCoef: 0.1, whiten: true }, batch).terms)).toEqual(["process"]);
	});
});
