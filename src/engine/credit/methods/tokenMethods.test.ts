import { describe, it } from "vitest";
import { near } from "../../../testing/near";
import type { RolloutBatch, SpanTable } from "../../rollouts/batch";
import { creditOf } from "../run";
import { batchOf, preset, ragged, rows, spansOfRows, statedTokens, tokenSignal, walks } from "../testing";

const term = (batch: RolloutBatch, id: string, name: string, params = {}) =>
	ragged(batch, creditOf(id, params, batch).terms[name]!);
const nan = Number.NaN;

describe("reinforcePlusPlus", () => {
	const batch = batchOf([{ rewards: [0, 0, 1] }, { rewards: [0, 0] }, { rewards: [0.5] }]);
	it("whitens the return to go over the batch", () => {
		near(rows(batch, "reinforcePlusPlus", preset("reinforcePlusPlus", "verl")), [
			[0.847579, 0.847579, 0.847579],
			[-1.186611, -1.186611],
			[-0.169516],
		]);
		near(rows(batch, "reinforcePlusPlus", { discount: 0.9 }), [
			[0.615303, 0.816675, 1.040422],
			[-1.197045, -1.197045],
			[-0.078311],
		]);
	});
	it("carries the return through environment tokens, or resets it as older releases do", () => {
		const holed = batchOf([{ rewards: [0, 0, 0, 1], mask: [1, 0, 1, 1] }]);
		near(rows(holed, "reinforcePlusPlus"), [[0, 0, 0, 0]]);
		const sd = Math.sqrt(1 / 3 + 1e-8);
		near(rows(holed, "reinforcePlusPlus", preset("reinforcePlusPlus", "verlOld")), [
			[-2 / 3 / sd, 0, 1 / 3 / sd, 1 / 3 / sd],
		]);
	});
	it("gives the only token of a batch 0", () => near(rows(batchOf([{ reward: 3 }]), "reinforcePlusPlus"), [[0]]));
});

describe("reinforcePlusPlusBaseline", () => {
	it("centres by group, then scales by the batch", () => {
		const batch = batchOf([
			{ length: 1, reward: 1 },
			{ length: 1, reward: 0 },
			{ length: 1, reward: 10, group: 1 },
			{ length: 1, reward: 10, group: 1 },
		]);
		const sd = Math.sqrt(0.5 / 3 + 1e-8);
		near(rows(batch, "reinforcePlusPlusBaseline"), [[0.5 / sd], [-0.5 / sd], [0], [0]]);
	});
});

describe("remax", () => {
	it("subtracts the greedy rollout's return", () => {
		const signals = {
			greedyReturn: { level: "rollout", data: Float64Array.of(0.25, 1), provider: "", unit: "" },
		} as const;
		near(rows(batchOf([{ rewards: [0.5, 1] }, { rewards: [0] }], { signals }), "remax"), [[1.25, 0.75], [-1]]);
	});
});

describe("opo", () => {
	it("weighs the baseline by length", () => {
		const batch = batchOf([
			{ length: 1, reward: 1 },
			{ length: 3, reward: 0 },
		]);
		near(rows(batch, "opo"), [[0.75], [-0.25, -0.25, -0.25]]);
	});
	it("is Dr.GRPO for equal lengths", () => {
		const batch = batchOf([
			{ length: 2, reward: 1 },
			{ length: 2, reward: 0.2 },
		]);
		near(rows(batch, "opo"), rows(batch, "drGrpo"), 1e-15);
	});
});

describe("passAtK", () => {
	const batch = batchOf([{ reward: 3 }, { reward: 1 }, { reward: 2 }, { reward: 1 }]);
	it("pays the single best its margin over the second", () => {
		near(rows(batch, "passAtK", { scale: "none" }), [[1], [0], [0], [0]]);
		near(rows(batch, "passAtK"), [[1 / (Math.sqrt(2.75 / 3) + 1e-6)], [0], [0], [0]]);
	});
	it("pays nobody where the best tie", () =>
		near(rows(batchOf([{ reward: 1 }, { reward: 1 }, { reward: 0 }]), "passAtK"), [[0], [0], [0]]));
	it("has a closed form: one success in four, k = 2", () => {
		// Pass rate 1 − C(3,2)/C(4,2) = 1/2; a failure sees C(2,1)/C(3,1) = 2/3 of the others fail.
		const one = batchOf([{ reward: 1 }, { reward: 0 }, { reward: 0 }, { reward: 0 }]);
		near(rows(one, "passAtK", { form: "analytic", k: 2 }), [[1], [-1 / 3], [-1 / 3], [-1 / 3]]);
	});
	it("at k = 1 is GRPO with divisor n", () => {
		const one = batchOf([{ reward: 1 }, { reward: 0 }, { reward: 0 }, { reward: 0 }]);
		near(rows(one, "passAtK", { form: "analytic", k: 1 }), rows(one, "grpo", { scale: "sd0", eps: 0 }), 1e-12);
	});
});

describe("gae", () => {
	const batch = batchOf([{ rewards: [0, 0, 0, 1], values: [0.5, 0.4, 0.7, 0.6] }]);
	it("sums surprises", () => {
		near(rows(batch, "gae"), [[0.4377, 0.566, 0.28, 0.4]]);
		near(rows(batch, "gae", { lambda: 1 }), [[0.5, 0.6, 0.3, 0.4]]);
		near(rows(batch, "gae", { lambda: 0 }), [[-0.1, 0.3, -0.1, 0.4]]);
		near(rows(batch, "gae", preset("gae", "rlhf", { klCoef: 0 })), [[0.14241, 1.231605, -1.196374, -0.177641]]);
	});
	it("passes over environment tokens", () => {
		const holed = batchOf([{ rewards: [0, 0, 0, 1], values: [0.5, 0.4, 0.7, 0.6], mask: [1, 0, 1, 1] }]);
		near(rows(holed, "gae"), [[0.466, 0, 0.28, 0.4]]);
		near(rows(holed, "gae", preset("gae", "rlhf", { klCoef: 0 })), [[0.890798, 0, -1.081683, 0.190885]]);
	});
	it("bootstraps where the limit cut", () => {
		const cut = batchOf([{ rewards: [0], values: [0.5] }], {
			truncated: Uint8Array.of(1),
			bootstrap: Float64Array.of(0.8),
		});
		near(rows(cut, "gae"), [[0.3]]);
		near(rows(cut, "gae", { bootstrap: false }), [[-0.5]]);
	});
});

describe("tdLambda", () => {
	const batch = batchOf([{ rewards: [0, 0, 1], values: [0.2, 0.4, 0.5] }]);
	it("is the λ-return minus the value", () => {
		near(term(batch, "tdLambda", "return", { discount: 0.9, lambda: 0.8 }), [[0.6552, 0.81, 1]]);
		near(rows(batch, "tdLambda", { discount: 0.9, lambda: 0.8 }), [[0.4552, 0.41, 0.5]]);
		near(rows(batch, "tdLambda", { discount: 0.9, lambda: 0.5 }), [[0.28375, 0.275, 0.5]]);
		near(rows(batch, "tdLambda", { discount: 0.9, lambda: 0 }), [[0.16, 0.05, 0.5]]);
		near(rows(batch, "tdLambda", { discount: 0.9, lambda: 1 }), [[0.61, 0.5, 0.5]]);
	});
	it("equals GAE, cut rollouts included", () => {
		const cut = { ...batch, truncated: Uint8Array.of(1), bootstrap: Float64Array.of(0.7) };
		near(
			rows(cut, "tdLambda", { discount: 0.9, lambda: 0.8 }),
			rows(cut, "gae", { discount: 0.9, lambda: 0.8 }),
			1e-12,
		);
	});
});

describe("vTrace", () => {
	const base = batchOf([{ rewards: [0, 0, 1], values: [0.2, 0.4, 0.5], logProbs: [-1, -1, -1] }]);
	const at = (current: number[]) => ({ ...base, signals: { currentLogProbs: tokenSignal(base, [current]) } });
	it("on-policy is the n-step return minus the value", () => {
		near(rows(at([-1, -1, -1]), "vTrace", { discount: 0.9 }), rows(base, "gae", { discount: 0.9, lambda: 1 }), 1e-12);
	});
	it("cuts ratios: ρ = (1/2, 1, 1), by hand", () => {
		// δ = (.16, .05, .5); corrections from the end: .5, .05 + .9·.5 = .5; A_0 = ½(.16 + .9·.5) = .305.
		near(rows(at([-1 - Math.log(2), -0.5, -1]), "vTrace", { discount: 0.9 }), [[0.305, 0.5, 0.5]], 1e-12);
	});
});

describe("vTrace beside the release", () => {
	// The arithmetic of `from_importance_weights` in vtrace.py, done again in Python with the same bound on both of its ρ.
	const batch = batchOf([
		{ rewards: [0.5, 0, -0.25, 1], values: [0.3, 0.6, 0.2, 0.7], logProbs: [-1.2, -0.4, -2, -0.9] },
	]);
	const signals = { currentLogProbs: tokenSignal(batch, [[-0.9, -1.1, -1.5, -1.3]]) };
	it.each([
		[1, [0.6974917984644047, -0.047231335039550286, 0.36098641242962265, 0.20109601381069184]],
		[1.5, [0.9903817787252013, -0.007007925432446083, 0.541479618644434, 0.20109601381069184]],
	])("gives its numbers at ρ̄ = %d", (rhoBar, advantages) => {
		near(rows({ ...batch, signals }, "vTrace", { discount: 0.9, rhoBar }), [advantages], 1e-12);
	});
});

describe("vinePpo", () => {
	const first = { rewards: [0, 0, 0, 0, 0, 1], values: [0.5, nan, 0.75, 0.25, nan, nan] };
	const second = { rewards: [0, 0, 0, 0], values: [0.5, nan, 0.25, nan] };
	const steps = spansOfRows([
		[
			[0, 2],
			[2, 3],
			[3, 6],
		],
		[
			[0, 2],
			[2, 4],
		],
	]);
	const batch = batchOf([first, second], { steps });
	it("credits steps with differences of boundary values", () => {
		near(rows(batch, "vinePpo", preset("vinePpo", "paper")), [
			[0.25, 0.25, -0.5, 0.75, 0.75, 0.75],
			[-0.25, -0.25, -0.25, -0.25],
		]);
		near(rows(batch, "vinePpo", preset("vinePpo", "released")), [
			[0.255377, 0.255377, -1.276885, 1.276885, 1.276885, 1.276885],
			new Array(4).fill(-0.766131),
		]);
	});
	it("gives steps beyond the last known boundary 0", () => {
		const capped = batchOf([{ rewards: [0, 0, 0, 1], values: [0.5, 0.75, nan, nan] }]);
		near(rows(capped, "vinePpo", { unit: "token" }), [[0.25, 0.25, 0, 0]]);
	});
	it("leaves tokens outside of steps without credit", () => {
		const outside: SpanTable = spansOfRows([[[0, 1]]]);
		near(rows(batchOf([{ rewards: [0, 1], values: [0.5, nan] }], { steps: outside }), "vinePpo"), [[-0.5, nan]]);
	});
});

describe("hicra", () => {
	const plain = batchOf([
		{ length: 4, reward: 1 },
		{ length: 3, reward: 0 },
		{ length: 2, reward: 0 },
	]);
	const batch = {
		...plain,
		signals: {
			planning: tokenSignal(plain, [
				[0, 1, 1, 0],
				[1, 1, 0],
				[0, 0],
			]),
		},
	};
	it("adds a share of the size of the credit on planning tokens", () =>
		near(rows(batch, "hicra", preset("hicra", "paper")), [
			[0.666667, 0.8, 0.8, 0.666667],
			[-0.266667, -0.266667, -0.333333],
			[-0.333333, -0.333333],
		]));
	it("reports 1 ± α as weights", () =>
		near(ragged(batch, creditOf("hicra", {}, batch).weights!), [
			[1, 1.2, 1.2, 1],
			[0.8, 0.8, 1],
			[1, 1],
		]));
	it("is Dr.GRPO without the bonus", () => near(rows(batch, "hicra", { alpha: 0 }), rows(batch, "drGrpo"), 0));
});

describe("gigpo", () => {
	const batch = walks();
	it("adds the comparison within states to that of episodes", () => {
		near(rows(batch, "gigpo", preset("gigpo", "paper")), [
			[0.820208, 0.333333],
			[-1.129792, -1.141667, -1.129792],
			[0.772708, 0.808333, 0.333333],
		]);
		near(rows(batch, "gigpo", preset("gigpo", "released")), [
			[0.861875, 0.375],
			[-1.088125, -1.1, -1.088125],
			[0.814375, 0.85, 0.375],
		]);
		near(
			rows(batch, "gigpo", preset("gigpo", "releasedStd")),
			[
				[1.634405, 0.724567],
				[-2.073067, -1.914718, -2.073067],
				[1.54564, 1.431673, 0.724567],
			],
			1.5e-6,
		);
	});
	it("is group credit where all states differ", () => {
		const unique = {
			...batch,
			turns: statedTokens([2, 3, 3].map((n, b) => [...Array(n).keys()].map((k) => `${b} ${k}`))),
		};
		near(rows(unique, "gigpo"), rows(batch, "drGrpo"), 1e-15);
	});
});

describe("tempo", () => {
	const batch = batchOf([
		{ tokens: [5, 7, 2], reward: 1 },
		{ tokens: [5, 7, 9], reward: 0 },
		{ tokens: [5, 8, 2], reward: 1 },
		{ tokens: [6, 1], reward: 0 },
	]);
	it("adds the change of the mean return along the prefix tree", () => {
		near(term(batch, "tempo", "td", { scale: "none" }), [
			[0.166667, -0.166667, 0.5],
			[0.166667, -0.166667, -0.5],
			[0.166667, 0.333333, 0],
			[-0.5, 0],
		]);
		near(rows(batch, "tempo", preset("tempo", "unscaled")), [
			[0.666667, 0.333333, 1],
			[-0.333333, -0.666667, -1],
			[0.666667, 0.833333, 0.5],
			[-1, -0.5],
		]);
		near(rows(batch, "tempo", preset("tempo", "released")), [
			[1.154699, 0.577349, 1.732048],
			[-0.577349, -1.154699, -1.732048],
			[1.154699, 1.443373, 0.866024],
			[-1.732048, -0.866024],
		]);
	});
	it("telescopes: the tree term adds up to R − mean", () => {
		const sums = term(batch, "tempo", "td", { scale: "none" }).map((row) => row.reduce((a, b) => a + b, 0));
		near([sums], [[0.5, -0.5, 0.5, -0.5]], 1e-12);
	});
});
