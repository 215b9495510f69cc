import { expect, it } from "vitest";
import { near } from "../../../testing/near";
import { Rng } from "../../core/rng";
import { batchOfRandom, randomRow } from "../randomBatch";
import { METHODS } from "../registry";
import { rows } from "../testing";

/** One rollout of one token that earns 3, alone in its group: a step that is paid 2, a budget of 4, no plan, no look back. */
const LONE = (() => {
	const row = randomRow(Rng.of(9), 0, { length: 1, reward: 3 });
	const signals = { ...row.signals, planning: [0], waad: [0], fai: [0] };
	return batchOfRandom([{ ...row, signals, spanRewards: [2], perRollout: { ...row.perRollout, budget: 4 } }], 1);
})();
const SCALED = 3 / (1 + 1e-6);

/** What "raw" is, by method: its own reward, divided by 1 + eps where a deviation would divide. */
const RAW: Readonly<Record<string, number>> = {
	attentionCredit: SCALED,
	brpo: 2,
	dapo: SCALED,
	drGrpo: 3,
	gigpo: 3,
	grpo: SCALED,
	grpoProcess: 2 / (1 + 1e-6),
	// Within the budget: 4 cos(4π / 8192); what the budget promises is just that.
	hbpo: (4 * Math.cos(Math.PI / 2048)) / (1 + 1e-6),
	hicra: 3,
	opo: 3,
	passAtK: 3,
	// The step's 2 without a baseline, and half of the return as outcome.
	pure: 3.5,
	// What is left of the reward at the end: 3 − Φ.
	potentialShaping: 3 - LONE.signals.potential!.data[0]!,
	// The only hit of the list: 2 / log2(2), divided by nothing.
	rankGrpo: 2,
	reinforce: 3,
	returnDecomposition: LONE.signals.rewardModel!.data[0]!,
	// Whitening follows, and one token alone is 0.
	reinforcePlusPlusBaseline: 0,
	rloo: 3,
	// g, and what it misses of 3.
	rudder: 3,
	// Undivided at the defaults.
	spoTree: 3,
	syntheticReturns: 0.3 * LONE.signals.contribution!.data[0]! + 3,
	tempo: SCALED,
	treeGrpo: SCALED,
	treePs: 3,
};
/** What has to be asked for, so that something is compared. */
const ASKED: Readonly<Record<string, (singleton: string) => object>> = {
	pure: (singleton) => ({
		baseline: "step",
		outcomeCoef: 0.5,
		outcomeSingleton: singleton === "raw" ? "raw" : "zero",
	}),
};
const withSingleton = METHODS.filter(({ params }) => "singleton" in params);
const choices = withSingleton.flatMap(({ id, params: { singleton } }) =>
	singleton!.type === "choice" ? singleton!.options.map((option) => [id, option] as const) : [],
);

it("every method that has the choice is in the table", () =>
	expect(withSingleton.map(({ id }) => id).sort()).toEqual(Object.keys(RAW).sort()));

it.each(choices)("%s gives a lone rollout what '%s' says", (id, singleton) => {
	// One token less its own mean is 0, too.
	const want = { raw: RAW[id]!, zero: 0, centre: 0, skip: Number.NaN }[singleton];
	near(rows(LONE, id, { singleton, ...ASKED[id]?.(singleton) }), [[want!]], 1e-15);
});

it("trees pay a lone rollout its own reward once, whatever the form, and as others are paid", () => {
	const raw = (id: string, params: object) => rows(LONE, id, { singleton: "raw", ...params });
	for (const form of ["local", "global", "both", "reweighted"]) near(raw("treePs", { form }), [[3]], 1e-15);
	near(raw("spoTree", { scale: "sd0", eps: 0.5 }), [[2]], 1e-15);
	// 1 − (1 − 3)²
	near(raw("spoTree", { bestOf: 2 }), [[-3]], 1e-15);
	expect(rows(LONE, "spoTree", { singleton: "skip", dropZero: true })).toEqual([[Number.NaN]]);
	expect(rows(LONE, "treePs", { singleton: "skip", shared: "once" })).toEqual([[Number.NaN]]);
});

it("pure compares nothing where it has no baseline, and its outcome apart from its steps", () => {
	near(rows(LONE, "pure", { singleton: "zero" }), [[2]]);
	near(rows(LONE, "pure", { baseline: "others", outcomeCoef: 0.5 }), [[2]]);
	near(rows(LONE, "pure", { baseline: "others", singleton: "zero", outcomeCoef: 0.5, outcomeSingleton: "raw" }), [
		[1.5],
	]);
});
