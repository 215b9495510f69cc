import { describe, expect, it } from "vitest";
import { near } from "../../testing/near";
import { Rng } from "../core/rng";
import { PLAIN } from "./loss";
import { LOSSES, lossConfig } from "./registry";
import { type SurrogateConfig, type SurrogateInput, surrogate } from "./surrogate";
import { alone, flat, GRPO, groupP, ROWS, TO_REFERENCE } from "./testing";

const withReference = (): SurrogateInput => {
	const input = groupP();
	return { ...input, refLogProbs: input.logProbs.map((lp, i) => lp - flat(TO_REFERENCE)[i]!) };
};
const lossOf = (config: Partial<SurrogateConfig>, input = groupP()) => surrogate({ ...PLAIN, ...config }, input).loss;

describe("Group P", () => {
	it("changes the sign of the loss with the aggregation", () => {
		near(lossOf({}), 0.13492);
		near(lossOf({ aggregation: "seq-mean-token-mean" }), -0.054473);
		near(lossOf({ aggregation: "seq-mean-token-sum" }), 0.40476);
	});
	it("gives each token its loss", () => {
		const want = [
			[-1.657753, -1.799996],
			[0.475614, 0.399999, 0.5101],
			[0.499999, 0.580916, 0.452418, 0.642011],
			[0.525634, 0.499999, 0.490098],
		];
		want.flat().forEach((loss, i) => {
			const only = groupP();
			near(
				lossOf(
					{},
					{
						...only,
						B: 1,
						rows: new Int32Array(1),
						logProbs: only.logProbs.slice(i, i + 1),
						oldLogProbs: only.oldLogProbs.slice(i, i + 1),
						entropy: only.entropy.slice(i, i + 1),
						advantage: only.advantage.slice(i, i + 1),
					},
				),
				loss,
			);
		});
	});
	it("gives each token its loss, without the deviation (Dr.GRPO) and with the higher clip (DAPO)", () => {
		const want = [
			[-0.828878, -0.9],
			[0.237807, 0.2, 0.25505],
			[0.25, 0.290459, 0.226209, 0.321006],
			[0.262818, 0.25, 0.24505],
		];
		const config = lossConfig("ppo", {}, 4);
		const input = groupP([0.75, -0.25, -0.25, -0.25]);
		want.flat().forEach((loss, i) => {
			near(surrogate(config, alone(input, i, i + 1)).loss, loss);
		});
		near(surrogate(lossConfig("ppo", { clipHigh: 0.28 }, 4), alone(groupP(), 1, 2)).loss, -1.919996);
	});
	it("gives each response its loss (GSPO, DHPO)", () => {
		const mean = (row: readonly number[]) => row.reduce((a, b) => a + b, 0) / row.length;
		const each = (config: SurrogateConfig) =>
			[0, 1, 2, 3].map((b) => surrogate(config, alone(groupP(), ROWS.indexOf(b), ROWS.lastIndexOf(b) + 1)).loss);
		each(lossConfig("gspo", {}, 4)).forEach((loss, b) => {
			near(loss, [-1.500597, 0.499849, 0.538941, 0.505024][b]!);
		});
		each(lossConfig("gspo", { clipLow: 0.2, clipHigh: 0.2 }, 4)).forEach((loss, b) => {
			near(loss, [-1.799996, 0.433232, 0.538941, 0.505024][b]!);
		});
		const mixed = [
			[-1.579175, -1.650297],
			[0.487731, 0.449924, 0.504974],
			[0.51947, 0.559928, 0.495679, 0.590476],
			[0.515329, 0.502512, 0.497561],
		];
		each(lossConfig("dhpo", {}, 4)).forEach((loss, b) => {
			near(loss, mean(mixed[b]!));
		});
	});
	it("adds KL to the reference", () => {
		near(lossOf({ klCoef: 1, klEstimator: "k1" }, withReference()) - lossOf({}), 0.014167);
		near(lossOf({ klCoef: 1, klEstimator: "k2" }, withReference()) - lossOf({}), 0.006479);
		near(lossOf({ klCoef: 1, klEstimator: "k3" }, withReference()) - lossOf({}), 0.006246);
		near(lossOf({ klCoef: 0.04, aggregation: "seq-mean-token-mean" }, withReference()), -0.054223);
	});
	it("clips higher above than below (DAPO)", () =>
		near(surrogate(lossConfig("ppo", { clipHigh: 0.28 }, 4), groupP()).loss, 0.12492));
	it("divides by a constant (Dr.GRPO)", () => {
		const input = groupP([0.75, -0.25, -0.25, -0.25]);
		near(surrogate(lossConfig("ppo", { agg: "constant" }, 4), input).loss, 0.050595);
		near(surrogate(lossConfig("ppo", { agg: "constant", constant: 8 }, 4), input).loss, 0.025298);
	});
	it("bounds the loss of bad tokens (dual clip)", () => {
		const one = (dualClip: number) =>
			lossOf(
				{ dualClip },
				{
					...groupP(),
					B: 1,
					rows: new Int32Array(1),
					logProbs: Float64Array.of(Math.log(5)),
					oldLogProbs: new Float64Array(1),
					entropy: new Float64Array(1),
					advantage: Float64Array.of(-0.5),
				},
			);
		near(one(0), 2.5);
		near(one(3), 1.5);
	});
	it("takes the ratio of whole responses (GSPO)", () => {
		const out = surrogate(lossConfig("gspo", {}, 4), groupP());
		near(out.loss, 0.010804);
		const [first, second, third, fourth] = [0, 2, 5, 9].map((i) => out.dlogProbs[i]!);
		expect([first, second]).toEqual([-0, -0].map(Math.abs));
		near(third!, 0.0337, 6e-5);
		near(fourth!, 0.0421, 6e-5);
		near(lossOf({ ratio: "sequence", aggregation: "seq-mean-token-mean" }), -0.0807);
	});
	it("takes the probability of whole responses (TRL's RLOO)", () => {
		const input = groupP([1, -1 / 3, -1 / 3, -1 / 3]);
		near(surrogate(lossConfig("gspo", { spanLogRatio: "sum", clipLow: 0.2, clipHigh: 0.2 }, 4), input).loss, -0.034974);
	});
	it("mixes token and sequence ratios (DHPO)", () => {
		near(surrogate(lossConfig("dhpo", {}, 4), groupP()).loss, -0.021834);
		near(surrogate(lossConfig("dhpo", { mixBy: "entropy" }, 4), groupP()).loss, -0.018466);
	});
	it("is the plain score function without a ratio", () => {
		const input = {
			...groupP(),
			B: 3,
			rows: Int32Array.of(0, 0, 0, 1, 1, 2),
			entropy: new Float64Array(6),
			logProbs: Float64Array.of(-0.5, -1, -0.25, -0.7, -0.1, -2),
			oldLogProbs: new Float64Array(6),
			advantage: Float64Array.of(0.5, 0.5, 0.5, -0.5, -0.5, 0),
		};
		near(lossOf({ ratio: "none" }, input), 0.079167);
		near(lossOf({ ratio: "none", aggregation: "seq-mean-token-sum" }, input), 0.158333);
	});
	it("takes the ratio of items (Rank-GRPO)", () => {
		const logRatios = Float64Array.of(0.02, 0.1, -0.03, 0.2, -0.05, -0.15);
		const A = [1.146083, -0.576588, 0.57715];
		const items = Int32Array.of(0, 0, 0, 1, 2, 2);
		const input = {
			...groupP(),
			B: 1,
			rows: new Int32Array(6),
			entropy: new Float64Array(6),
			logProbs: logRatios,
			oldLogProbs: new Float64Array(6),
			items,
			advantage: Float64Array.from(items, (k) => A[k]!),
		};
		near(
			surrogate(lossConfig("gspo", { level: "item", clipLow: 0.06, clipHigh: 0.08, agg: "token-mean" }, 6), input).loss,
			(3 * -1.180986 + 0.704246 - 2 * 0.522227) / 6,
		);
	});
});

describe("gradients", () => {
	/** Random tokens of five rollouts, away from kinks with probability 1. */
	function random(seed: number): SurrogateInput {
		const rng = Rng.of(seed);
		const rows = Int32Array.from([3, 1, 4, 0, 2].flatMap((n, b) => new Array(n).fill(b)));
		const draw = (scale: number) => Float64Array.from(rows, () => scale * rng.normal());
		const logProbs = draw(1).map((x) => -Math.abs(x));
		const shift = (scale: number) => draw(scale).map((x, i) => x + logProbs[i]!);
		return {
			B: 5,
			rows,
			logProbs,
			oldLogProbs: shift(0.3),
			refLogProbs: shift(0.5),
			entropy: draw(1).map(Math.abs),
			advantage: draw(1),
			items: Int32Array.from(rows, (_, i) => i >> 1),
		};
	}
	const REAL: readonly Partial<SurrogateConfig>[] = [
		{ ratio: "none" },
		{},
		{ dualClip: 1.2 },
		{ ratio: "item" },
		{ ratio: "sequence" },
		{ ratio: "sequence", spanLogRatio: "sum" },
		{ objective: "sapo" },
		{ objective: "geometric", clipLow: 0.1, clipHigh: 0.1 },
		{ covariance: "clip", covarianceShare: 0.3, covarianceLow: -5 },
		{ covariance: "kl", covarianceShare: 0.3 },
	];
	for (const [k, config] of REAL.entries())
		for (const aggregation of ["token-mean", "seq-mean-token-mean", "seq-mean-token-sum", "constant"] as const)
			it(`equal central differences: ${JSON.stringify(config)}, ${aggregation}`, () => {
				const full = {
					...PLAIN,
					...config,
					aggregation,
					constant: 7,
					klCoef: 0.1,
					klEstimator: (["k1", "k2", "k3"] as const)[k % 3]!,
					entropyCoef: 0.05,
				};
				const input = random(17 + k);
				const { dlogProbs, dentropy } = surrogate(full, input);
				const h = 1e-6;
				const moved = (name: "logProbs" | "entropy", i: number, by: number) =>
					surrogate(full, { ...input, [name]: input[name].map((x, j) => (i === j ? x + by : x)) }).loss;
				for (const [name, gradient] of [
					["logProbs", dlogProbs],
					["entropy", dentropy!],
				] as const)
					for (const [i, d] of gradient.entries()) near(d, (moved(name, i, h) - moved(name, i, -h)) / (2 * h), 1e-7);
			});

	it("of one token equal those of the sequence where credit is constant (GSPO-token)", () => {
		const a = surrogate({ ...PLAIN, ratio: "sequence", aggregation: "seq-mean-token-mean" }, groupP());
		const b = surrogate({ ...PLAIN, ratio: "sequenceToken", aggregation: "seq-mean-token-mean" }, groupP());
		expect(b.loss).toBe(a.loss);
		for (const [i, d] of a.dlogProbs.entries()) near(b.dlogProbs[i]!, d, 1e-12);
	});
	it("of CISPO weigh the score function by the clipped ratio", () => {
		const { dlogProbs } = surrogate({ ...PLAIN, objective: "cispo", clipLow: 0.2, clipHigh: 0.1 }, groupP());
		near(dlogProbs[1]!, (-GRPO[0]! * 1.1) / 12, 1e-12);
		near(dlogProbs[3]!, (-GRPO[1]! * 0.8) / 12, 1e-12);
	});
	it("are the same for all ratio levels on fresh rollouts with constant credit", () => {
		const fresh = { ...groupP(), oldLogProbs: groupP().logProbs };
		const all = (["none", "token", "sequence", "sequenceToken", "mixed"] as const).map(
			(ratio) => surrogate({ ...PLAIN, ratio, aggregation: "seq-mean-token-mean" }, fresh).dlogProbs,
		);
		for (const d of all) for (const [i, x] of d.entries()) near(x, all[0]![i]!, 1e-12);
	});
});

describe("every loss", () => {
	for (const loss of LOSSES)
		it(`${loss.id}: presets resolve; no tokens, no loss; masked rollouts change nothing`, () => {
			for (const preset of Object.values(loss.presets)) {
				const config = { ...lossConfig(loss.id, preset, 4), entropyCoef: 0.1 };
				expect(
					surrogate(config, {
						...groupP(),
						B: 0,
						rows: new Int32Array(0),
						logProbs: new Float64Array(0),
						oldLogProbs: new Float64Array(0),
						entropy: new Float64Array(0),
						advantage: new Float64Array(0),
					}).loss,
				).toBe(0);
				if (config.aggregation !== "constant")
					near(surrogate(config, { ...groupP(), B: 6 }).loss, surrogate(config, groupP()).loss, 1e-15);
			}
		});
});

describe("the limits of verl", () => {
	/** One token of A = a, log ρ = l above the behaviour policy, and d above the reference. */
	const one = (a: number, l: number, d: number): SurrogateInput => ({
		B: 1,
		rows: new Int32Array(1),
		logProbs: Float64Array.of(-1),
		oldLogProbs: Float64Array.of(-1 - l),
		refLogProbs: Float64Array.of(-1 - d),
		entropy: new Float64Array(1),
		advantage: Float64Array.of(a),
	});
	const lossAndSlope = (id: string, params: Readonly<Record<string, unknown>>, input: SurrogateInput) => {
		const loss = LOSSES.find((entry) => entry.id === id)!;
		const { loss: value, dlogProbs } = surrogate(lossConfig(id, { ...loss.presets.verl, ...params }, 1), input);
		return [value, dlogProbs[0]!];
	};
	it("cut k3 at 10, and neither k1 nor k2", () => {
		const penalty = (kl: string, d: number) => lossAndSlope("ppo", { kl, klCoef: 1 }, one(0, 0, d));
		expect(penalty("k1", 12)).toEqual([12, 1]);
		expect(penalty("k2", 5)).toEqual([12.5, 5]);
		expect(penalty("k3", -5)).toEqual([10, 0]); // e⁵ − 6 = 142.4
	});
	it("cut the log-ratio of a response at 10, from above alone", () => {
		const [loss, slope] = lossAndSlope("gspo", {}, one(-1, 12, 0));
		near(loss! / 22026.465795, 1);
		expect(slope).toBe(0);
		const small = lossAndSlope("gspo", {}, one(1, -12, 0));
		near(small[0]! / -6.14421235e-6, 1);
		near(small[1]! / -6.14421235e-6, 1);
	});
});
