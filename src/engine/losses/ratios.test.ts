import { describe, it } from "vitest";
import { near } from "../../testing/near";
import { PLAIN } from "./loss";
import { branchOf } from "./objectives";
import { logRatiosOf } from "./ratios";
import { lossConfig } from "./registry";
import { type SurrogateConfig, surrogate } from "./surrogate";
import { GRPO, groupP, ROWS } from "./testing";

const inRows = (x: ArrayLike<number>) =>
	[0, 1, 2, 3].map((b) => Array.from(x).filter((_, i) => ROWS[i] === b) as readonly number[]);
const ratios = (config: Partial<SurrogateConfig>) => logRatiosOf({ ...PLAIN, ...config }, groupP());
/** −A·ratio with A = ∓1 and no bound beyond the ratio's own: larger and smaller of the raw and of the clipped one. */
function mixes(config: SurrogateConfig, advantage: readonly number[] = GRPO) {
	const of = (a: number) => {
		const input = groupP([a, a, a, a]);
		return branchOf(config, input, logRatiosOf(config, input)).loss;
	};
	const input = groupP(advantage);
	return {
		larger: of(-1),
		smaller: of(1).map((x) => -x),
		losses: branchOf(config, input, logRatiosOf(config, input)).loss,
	};
}

/** The larger and the smaller of two mixes are what the two signs of A read. */
function bounded(
	found: { readonly larger: ArrayLike<number>; readonly smaller: ArrayLike<number> },
	raw: ArrayLike<number>,
	clipped: readonly number[],
) {
	const both = (pick: (a: number, b: number) => number) => Array.from(raw).map((x, i) => pick(x, clipped[i]!));
	near(found.larger, both(Math.max));
	near(found.smaller, both(Math.min));
}

describe("ratios of Group P, as worked by hand", () => {
	it("of tokens", () => {
		near(inRows(ratios({}).token.map(Math.exp)), [
			[1.105171, 1.349859],
			[0.951229, 0.67032, 1.020201],
			[1, 1.161834, 0.904837, 1.284025],
			[1.051271, 1, 0.980199],
		]);
	});
	it("of whole responses, their geometric mean (GSPO) or the probability (TRL's RLOO)", () => {
		const first = (x: Float64Array) => inRows(x.map(Math.exp)).map((row) => row[0]!);
		near(first(ratios({ ratio: "sequence" }).span), [1.221403, 0.866465, 1.077884, 1.01005]);
		near(first(ratios({ ratio: "sequence", spanLogRatio: "sum" }).span), [1.491825, 0.650509, 1.349859, 1.030455]);
	});
	it("of tokens and responses half and half, each clipped in its own band (DHPO)", () => {
		const raw = [
			[1.163287, 1.285631],
			[0.908847, 0.768393, 0.943333],
			[1.038942, 1.119859, 0.991361, 1.180955],
			[1.030661, 1.005025, 0.995124],
		].flat();
		const clipped = [
			[1.052785, 1.1002],
			[0.975465, 0.89985, 1.009951],
			[1.0002, 1.081117, 0.952619, 1.1002],
			[1.025836, 1.0002, 0.990299],
		].flat();
		const { losses, ...bounds } = mixes(lossConfig("dhpo", {}, 4));
		bounded(bounds, raw, clipped);
		near(inRows(losses), [
			[-1.579175, -1.650297],
			[0.487731, 0.449924, 0.504974],
			[0.51947, 0.559928, 0.495679, 0.590476],
			[0.515329, 0.502512, 0.497561],
		]);
	});
	it("mixed by entropy over the largest of the response (DHPO)", () => {
		const weights = [1, 0.25, 1, 0.111111, 0.555556, 0.133333, 1, 0.266667, 0.2, 1, 1, 1];
		const clipped = [
			1.105171, 1.0503, 0.951229, 0.977511, 1.01109, 1.000347, 1.161834, 0.974917, 1.04032, 1.051271, 1, 0.980199,
		];
		const token = ratios({}).token.map(Math.exp);
		const whole = ratios({ ratio: "sequence" }).span.map(Math.exp);
		const raw = token.map((x, i) => weights[i]! * x + (1 - weights[i]!) * whole[i]!);
		const bounds = mixes(lossConfig("dhpo", { mixBy: "entropy" }, 4));
		bounded(bounds, raw, clipped);
	});
});

describe("ratios of items, as worked by hand (Rank-GRPO)", () => {
	const logRatios = Float64Array.of(0.02, 0.1, -0.03, 0.2, -0.05, -0.15);
	const items = Int32Array.of(0, 0, 0, 1, 2, 2);
	const input = {
		B: 1,
		rows: new Int32Array(6),
		logProbs: logRatios,
		oldLogProbs: new Float64Array(6),
		refLogProbs: null,
		entropy: new Float64Array(6),
		items,
		advantage: Float64Array.from(items, (k) => [1.146083, -0.576588, 0.57715][k]!),
	};
	const config = lossConfig("gspo", { level: "item", clipLow: 0.06, clipHigh: 0.08, agg: "token-mean" }, 6);
	it("are the geometric means of their tokens; each token has its item's loss", () => {
		const found = logRatiosOf(config, input);
		near(found.span.map(Math.exp), [1.030455, 1.030455, 1.030455, 1.221403, 0.904837, 0.904837]);
		near(branchOf(config, input, found).loss, [-1.180986, -1.180986, -1.180986, 0.704246, -0.522227, -0.522227], 1e-6);
	});
	it("count by their tokens, as released, or once each where every item is a row of its own, as the paper writes", () => {
		near(surrogate(config, input).loss, -0.647195, 1e-6);
		const alone = { ...config, ratio: "sequence", aggregation: "seq-mean-token-mean" } as const;
		near(surrogate(alone, { ...input, B: 3, rows: items }).loss, -0.332989, 1e-6);
	});
});
