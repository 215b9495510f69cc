import { describe, it } from "vitest";
import { near, same } from "../../../testing/near";
import { batchOf, paidTokens, preset, rolloutSignal, rows, spansOfRows } from "../testing";

const nan = Number.NaN;

describe("gigpo, where one episode has no turns", () => {
	const turns = { ...spansOfRows([[[0, 1]], []]), stateKeys: ["s"] };
	const batch = batchOf([{ reward: 1 }, { reward: 0 }], { turns });
	it("gives the only episode with one its reward less the mean that it is", () => {
		// Counted once a turn, the episodes weigh 1 and 0: mean 1, and no deviation; the only step from its state gets 0.
		same(rows(batch, "gigpo", preset("gigpo", "releasedStd")), [[0], [nan]]);
		same(rows(batch, "gigpo", preset("gigpo", "released")), [[0], [nan]]);
	});
});

describe("gigpo, an episode alone", () => {
	const alone = (turns: number[][]) =>
		batchOf([{ length: turns.length, reward: 1 }], {
			turns: { ...spansOfRows([turns]), stateKeys: turns.map((_, t) => `s${t}`) },
		});
	it("of several turns is compared with itself, as released, of one with nothing", () => {
		for (const name of ["released", "releasedStd"]) {
			same(
				rows(
					alone([
						[0, 1],
						[1, 2],
					]),
					"gigpo",
					preset("gigpo", name),
				),
				[[0, 0]],
			);
			same(rows(alone([[0, 1]]), "gigpo", preset("gigpo", name)), [[name === "released" ? 1 : 1 / (1 + 1e-6)]]);
		}
		same(
			rows(
				alone([
					[0, 1],
					[1, 2],
				]),
				"gigpo",
				{ singleton: "raw" },
			),
			[[1, 1]],
		);
	});
});

describe("a group of one that is skipped", () => {
	const both = batchOf([{ reward: 1 }, { reward: 0 }, { reward: 5, group: 1 }]);
	const pair = batchOf([{ reward: 1 }, { reward: 0 }]);
	it.each([
		["grpo", { scaleOver: "batch" }],
		["grpo", { scaleOver: "batch", center: "none" }],
		["rloo", { normalise: true }],
		["drGrpo", { correction: "valid" }],
		["reinforcePlusPlusBaseline", {}],
	] as const)("is in no statistic of the batch: %s %j", (id, params) => {
		const skip = { ...params, singleton: "skip" };
		same(rows(both, id, skip), [...rows(pair, id, skip), [nan]]);
	});
	it("is one paid step for grpoProcess, not one rollout", () => {
		const steps = (paid: number[][]) =>
			batchOf(
				paid.map(({ length }) => ({ length })),
				{ steps: paidTokens(paid) },
			);
		const of = (paid: number[][]) => rows(steps(paid), "grpoProcess", { singleton: "skip", eps: 0 });
		// 0, 1, 2: deviation 1.
		same(of([[0, 1, 2]]), [[0, 1, 1]]);
		same(of([[1, nan], [nan]]), [[nan, nan], [nan]]);
	});
});

describe("grpo over the deviation of the batch", () => {
	it("is 0 where the deviation is, whatever the centre", () => {
		const equal = batchOf([{ reward: 1 }, { reward: 1 }, { reward: 1, group: 1 }, { reward: 1, group: 1 }]);
		same(rows(equal, "grpo", { scaleOver: "batch", center: "none" }), [[0], [0], [0], [0]]);
	});
	const lone = { scaleOver: "batch", singleton: "raw", eps: 1e-4 };
	it("divides a group of one by 1 + eps, alone in the batch or not", () => {
		same(rows(batchOf([{ reward: 3 }]), "grpo", lone), [[3 / 1.0001]]);
		const batch = batchOf([{ reward: 3, group: 1 }, { reward: 1 }, { reward: 0 }]);
		const sd = Math.sqrt(7 / 3) + 1e-4; // Of 3, 1, 0: mean 4/3, squares 25/9 + 1/9 + 16/9.
		near(rows(batch, "grpo", lone), [[3 / 1.0001], [0.5 / sd], [-0.5 / sd]], 1e-12);
		same(rows(batch, "grpo", { ...lone, singleton: "zero" }).slice(0, 1), [[0]]);
	});
});

describe("reinforce, scaled whatever the baseline", () => {
	const signals = { runningReturn: rolloutSignal([0.25, 0.25]) };
	const batch = batchOf(
		[
			{ rewards: [0, 1], values: [0.25, 0.5] },
			{ rewards: [0], values: [0.5] },
		],
		{ signals },
	);
	// Returns 1 and 0: deviation √½ with n − 1, ½ with n.
	it("divides R − V and R − the running mean", () => {
		const by = Math.SQRT1_2 + 1e-6;
		same(rows(batch, "reinforce", { center: "value", scale: "sd1" }), [[0.75 / by, 0.5 / by], [-0.5 / by]]);
		same(rows(batch, "reinforce", { center: "running", scale: "sd0", eps: 0 }), [[1.5, 1.5], [-0.5]]);
		same(rows(batch, "reinforce", { center: "none", scale: "sd0", eps: 0 }), [[2, 2], [0]]);
	});
	it("treats one alone as asked", () => {
		const lone = batchOf([{ reward: 3, values: [1] }], { signals: { runningReturn: rolloutSignal([1]) } });
		for (const center of ["value", "running"]) {
			const of = (more: object) => rows(lone, "reinforce", { center, ...more });
			same(of({ scale: "sd1" }), [[0]]);
			same(of({ scale: "sd1", singleton: "raw" }), [[2]]);
			same(of({}), [[2]]);
			for (const over of ["batch", "group"]) same(of({ over, singleton: "skip" }), [[nan]]);
		}
	});
});
