import { describe, it } from "vitest";
import { near, same } from "../../../testing/near";
import { batchOf, paidTokens, preset, rolloutSignal, rows, spansOfRows, tokenSignal } from "../testing";

type Scores = readonly (readonly number[])[];
/** Credit of rollouts that earn nothing, each token a step with a score. */
const paidBy = (id: string, scores: Scores, params: object) => {
	const steps = paidTokens(scores);
	return rows(
		batchOf(
			scores.map(({ length }) => ({ length, reward: 0 })),
			{ steps },
		),
		id,
		params,
	);
};

describe("pure", () => {
	const steps = (rewards: readonly (readonly number[])[], width = 1) => ({
		...spansOfRows(rewards.map((row) => row.map((_, k) => [k * width, (k + 1) * width]))),
		reward: Float64Array.from(rewards.flat()),
	});
	const pair = [
		[0.8, -0.6, 0.3],
		[0.5, 0.7],
	];
	const batch = batchOf(
		[
			{ length: 3, reward: 0 },
			{ length: 2, reward: 1 },
		],
		{ steps: steps(pair) },
	);
	it("pays the worst step still to come", () => {
		near(rows(batch, "pure", preset("pure", "paper")), [
			[-0.6, -0.6, 0],
			[0.5, 0],
		]);
		near(rows(batch, "pure", preset("pure", "sum")), [
			[0.5, -0.3, 0.3],
			[1.2, 0.7],
		]);
		near(rows(batch, "pure", preset("pure", "softmin")), [
			[-0.599888, -0.599888, 0.000037],
			[0.523841, 0.083442],
		]);
		near(
			rows(batch, "pure", { temperature: 1 }).map((row) => row.slice(0, 1)),
			[[-0.169827], [0.590033]],
		);
	});
	it("subtracts the others' token returns and whitens, as released", () => {
		const wide = batchOf(
			[
				{ length: 6, reward: 0 },
				{ length: 4, reward: 0 },
			],
			{ steps: steps(pair, 2) },
		);
		near(
			rows(wide, "pure", { baseline: "others" }),
			[
				[-0.802315, -0.802315, -0.802316, -0.802316, -0.202391, -0.202391],
				[0.923754, 0.923754, 0.483355, 0.483355],
			],
			1.2e-6,
		);
		near(
			rows(wide, "pure", preset("pure", "verl")),
			[
				[-0.992544, -0.992544, -0.992545, -0.992545, -0.168198, -0.168198],
				[1.379215, 1.379215, 0.774072, 0.774072],
			],
			1.2e-6,
		);
	});
	it("pays the mean of the rewards at the first step in its mean form", () =>
		near(rows(batch, "pure", preset("pure", "mean")), [
			[0.5 / 3, -0.1, 0.1],
			[0.6, 0.35],
		]));
	it("leaves a step without a reward out, and pays it what is to come", () => {
		const paid = (scores: Scores, params: object) => paidBy("pure", scores, params);
		const [low, unjudged] = [-0.4, Number.NaN];
		same(paid([[0.5, unjudged, 0.7]], { form: "min" }), [[0.5, 0, 0]]);
		same(paid([[0.7, unjudged, 0.5]], { form: "min" }), [[0.5, 0.5, 0.5]]);
		same(
			paid(
				[
					[0.5, unjudged],
					[unjudged, 0.5],
					[unjudged, unjudged],
				],
				{ form: "min" },
			),
			[
				[0.5, 0],
				[0.5, 0.5],
				[0, 0],
			],
		);
		same(paid([[low, unjudged]], { form: "min" }), [[low, 0]]);
		// Weights 1 and e⁻² of .5 and .7; half of 1.2.
		const odds = Math.exp(-2);
		const later = (0.7 * odds) / (1 + odds);
		near(paid([[0.5, unjudged, 0.7]], {}), [[0.5 / (1 + odds) + later, later, later]], 1e-12);
		near(paid([[1, unjudged]], { temperature: 1e-3 }), [[1, 0]], 1e-12);
		near(paid([[0.5, unjudged, 0.7]], { form: "mean" }), [[0.6, 0.35, 0.35]], 1e-12);
		// The others' average step .6, of two steps; a step without a reward has no baseline, a rollout without one is no other.
		const three = [[0.5, unjudged, 0.7], [unjudged, 0.2], [unjudged]];
		near(paid(three, { form: "sum", baseline: "step" }), [[0.8, 0.5, 0.5], [-0.4, -0.4], [0]], 1e-12);
	});
	it("tends to the minimum and to the mean", () => {
		const first = (temperature: number) => rows(batch, "pure", { temperature })[0]![0]!;
		near([[first(1e-3), first(1e4)]], [[-0.6, 0.5 / 3]], 1e-4);
	});
});

describe("brpo", () => {
	const scores = [
		[0, 0.5, 1],
		[0, 0, 0.5],
	];
	const batch = batchOf(
		[
			{ length: 3, reward: 1 },
			{ length: 3, reward: 0.5 },
		],
		{ steps: paidTokens(scores) },
	);
	it("mixes the rollout's past with the group", () =>
		near(rows(batch, "brpo", preset("brpo", "paper")), [
			[0.166667, 0.277778, 0.175926],
			[-0.166667, -0.055556, 0.083333],
		]));
	const early = [
		[0, 1],
		[0, 0, 0, 0],
	];
	const paid = (scores: Scores, params: object) => paidBy("brpo", scores, params);
	it("holds the last score of a rollout that ends early at all later budgets", () => {
		// c = 0 1 1 1 and 0 0 0 0. Only the last budget: R 1 and 0, V2 ½, V1 0.
		near(paid(early, preset("brpo", "base")), [
			[1 / 2, 5 / 8],
			[-1 / 2, -3 / 8, -1 / 4, -1 / 8],
		]);
		// R ¾ ¾ and 0, V2 ⅜ ⅜ ¼ ⅛.
		near(paid(early, {}), [
			[3 / 8, 15 / 32],
			[-3 / 8, -9 / 32, -1 / 8, -1 / 32],
		]);
		// Weights .1 .2 .3 .4: R .9 .9 and 0, V2 .45 .45 .35 .2.
		near(paid(early, preset("brpo", "linear")), [
			[0.45, 0.5625],
			[-0.45, -0.3375, -0.175, -0.05],
		]);
	});
	it("counts budgets that no rollout of the group lives to see, and no rollout without steps", () => {
		near(paid([[0, 1], [0, 0], []], { budgets: 4 }), [[3 / 8, 15 / 32], [-3 / 8, -9 / 32], []]);
	});
	it("counts no rollout without steps as company", () => {
		near(paid([[1, 1], []], {}), [[1, 1 / 4], []]);
	});
	it("takes no group mean where there is no group, as released", () => {
		// R 1 ½, V1 0 ½: ½ − ½ · ½.
		near(paid([[1, 1]], preset("brpo", "paper")), [[1, 1 / 4]]);
		same(paid([[1, 1]], { singleton: "zero" }), [[0, 0]]);
	});
	it("is R − group mean with one budget", () => {
		const one = batchOf(
			[
				{ length: 1, reward: 1 },
				{ length: 1, reward: 0 },
			],
			{ steps: paidTokens([[1], [0]]) },
		);
		near(rows(one, "brpo"), rows(one, "drGrpo"), 1e-15);
	});
});

describe("hbpo", () => {
	it("compares within the group and with the budget", () => {
		const plain = batchOf([{ length: 400 }, { length: 900 }, { length: 700 }, { length: 2500 }]);
		const batch = {
			...plain,
			success: Uint8Array.of(1, 1, 1, 0),
			signals: { budget: rolloutSignal([512, 512, 2048, 2048]) },
		};
		near(
			rows(batch, "hbpo", preset("hbpo", "paper")).map((row) => row.slice(0, 1)),
			[[0.605802], [0.464724], [-1.290132], [-2.862584]],
			1.5e-6,
		);
	});
});

describe("rankGrpo", () => {
	const hits = [
		[1, 0, 1],
		[0, 0, 1],
		[0, 1, 0],
	];
	const batch = (h: readonly (readonly number[])[]) =>
		batchOf(
			h.map((row) => ({ length: row.length, reward: row[0]! })),
			{ steps: paidTokens(h) },
		);
	it("compares places", () => {
		near(
			rows(batch(hits), "rankGrpo", preset("rankGrpo", "paper")),
			[
				[1.146083, -0.576588, 0.57715],
				[-0.693467, -0.576588, 0.57715],
				[-0.452616, 1.153175, -1.154301],
			],
			1.2e-6,
		);
		near(
			rows(batch(hits), "rankGrpo", preset("rankGrpo", "expInf")),
			[
				[1.154501, -0.57725, 0.57725],
				[-0.57725, -0.57725, 0.57725],
				[-0.57725, 1.154501, -1.154501],
			],
			1.2e-6,
		);
	});
	it("counts a missing item as one without a hit", () => {
		const short = rows(batch([[1, 1], [0]]), "rankGrpo", { reward: "own" });
		near(short, [[0.5 / (Math.SQRT1_2 + 1e-4), 0.5 / (Math.SQRT1_2 + 1e-4)], [-0.5 / (Math.SQRT1_2 + 1e-4)]], 1e-12);
	});
	it("is GRPO for lists of one item", () => {
		const one = batch([[1], [0], [0]]);
		near(rows(one, "rankGrpo"), rows(one, "grpo", { eps: 1e-4 }), 1e-12);
	});
});

describe("maRlhf", () => {
	const batch = batchOf([{ rewards: [-0.01, -0.02, 0, -0.03, 0.01, 0.98], values: [0.2, 0.3, 0.4, 0.35, 0.5, 0.6] }]);
	it("runs GAE over macro actions", () => {
		near(rows(batch, "maRlhf", preset("maRlhf", "released", { length: 2, klCoef: 0 })), [
			[0.639577, 0.639577, 0.55745, 0.55745, 0.471, 0.38],
		]);
		near(rows(batch, "maRlhf", preset("maRlhf", "paper", { length: 2 })), [
			[0.610327, 0.610327, 0.54245, 0.54245, 0.471, 0.38],
		]);
	});
	it("is GAE with macros of one token", () => {
		near(rows(batch, "maRlhf", { length: 1 }), rows(batch, "gae"), 1e-12);
		near(rows(batch, "maRlhf", { length: 1 }), [[0.607392, 0.544624, 0.489077, 0.56745, 0.471, 0.38]]);
	});
	it("leaves the last token alone where marks cut, too", () => {
		const signals = { macroStart: tokenSignal(batch, [[1, 0, 0, 0, 0, 0]]) };
		const paid = batchOf([{ rewards: [0, 0, 0, 1], values: [0.5, 0.5, 0.5, 0.5] }]);
		const marked = { ...paid, signals: { macroStart: tokenSignal(paid, [[1, 0, 0, 0]]) } };
		// δ of the last .5, of the rest 0: .95 · .5.
		const credit = [[0.475, 0.475, 0.475, 0.5]];
		for (const name of ["paper", "released"])
			near(rows(marked, "maRlhf", preset("maRlhf", name, { cut: "marks", klCoef: 0 })), credit, 1e-12);
		near(rows({ ...batch, signals }, "maRlhf", { cut: "marks" }), rows(batch, "maRlhf", { length: 5 }), 1e-12);
	});
	it("takes the value after a cut, as GAE does, but not in the release", () => {
		const cut = batchOf([{ rewards: [0, 0, 0.2], values: [0.1, 0.2, 0.3] }], {
			truncated: Uint8Array.of(1),
			bootstrap: Float64Array.of(0.9),
		});
		near(rows(cut, "maRlhf", { length: 1 }), [[0.917, 0.86, 0.8]]);
		near(rows(cut, "maRlhf", { length: 1 }), rows(cut, "gae"), 1e-12);
		near(rows(cut, "maRlhf", preset("maRlhf", "released", { length: 1, klCoef: 0 })), [[0.10475, 0.005, -0.1]]);
	});
	it("weighs values by position", () => {
		// V of the first macro: (0.2 + 0.3/2) / 1.5 = 0.233333, by hand; no discounting of later surprises.
		const [first] = rows(batch, "maRlhf", { length: 2, value: "position", lambda: 0 })[0]!;
		near([[first!]], [[-0.03 + (0.4 + 0.35 / 2) / 1.5 - 0.35 / 1.5]]);
	});
});
