import { describe, it } from "vitest";
import { same } from "../../../testing/near";
import type { RolloutBatch } from "../../rollouts/batch";
import { batchOf, rows, tokenSignal } from "../testing";

const withSignals = (
	batch: RolloutBatch,
	signals: Readonly<Record<string, readonly (readonly number[])[]>>,
): RolloutBatch => ({
	...batch,
	signals: Object.fromEntries(Object.entries(signals).map(([name, data]) => [name, tokenSignal(batch, data)])),
});

describe("potentialShaping", () => {
	const batch = withSignals(batchOf([{ rewards: [0, 0, 1] }]), { potential: [[0, 0.5, 0.8]] });
	it("adds discounted differences of the potential, 0 at the end", () => {
		// F = (.45, .22, −.80) at γ = .9; r' = (.45, .22, .20); to go .45 + .9·.4 = .81.
		same(rows(batch, "potentialShaping", { discount: 0.9, center: "none" }), [[0.81, 0.4, 0.2]]);
	});
	it("telescopes to −Φ without discount", () =>
		same(rows(batch, "potentialShaping", { center: "none" }), [[1, 0.5, 1 - 0.8]]));
});

describe("hindsight", () => {
	const base = batchOf([{ logProbs: [Math.log(0.5), Math.log(0.5)], rewards: [0, 1] }]);
	const batch = withSignals(base, { hindsightLogProbs: [[Math.log(0.75), Math.log(0.5)]] });
	it("hca: (1 − π/h)·Z", () => same(rows(batch, "hca"), [[1 / 3, 0]]));
	it("both, averaged over a choice that is good with .9 or .3, give ±.3 of it", () => {
		// Rollouts (a, good), (a, bad), (b, good), (b, bad): h(a|good) = .75 and h(a|bad) = .125.
		const h = [0.75, 0.125, 0.25, 0.875];
		const four = withSignals(
			batchOf([1, 0, 1, 0].map((good) => ({ logProbs: [Math.log(0.5), 0], rewards: [0, good] }))),
			{ hindsightLogProbs: h.map((p) => [Math.log(p), 0]) },
		);
		const first = (id: string) => rows(four, id).map((row) => row[0]!);
		same(first("cocoa"), [0.5, 0, -0.5, 0]);
		const [ag, ab, bg, bb] = first("hca") as [number, number, number, number];
		same([0.9 * ag + 0.1 * ab, 0.3 * bg + 0.7 * bb], [0.3, -0.3]);
		// Over the policy's own choices the taken action's coefficient times ½ is A(a)/2: the mean over visits, not over takings.
		const [cg, , dg] = first("cocoa") as [number, number, number];
		same([0.5 * 0.9 * cg - 0.5 * 0.3 * dg], [0.3]);
	});
	it("cocoa: (h/π − 1) of later rewards, plus the own one", () => same(rows(batch, "cocoa"), [[0.5, 1]]));
});

describe("rudder", () => {
	const batch = withSignals(batchOf([{ length: 5, reward: 1 }]), { returnPrediction: [[0.1, 0.1, 0.6, 0.55, 0.95]] });
	it("pays the change of the forecast, corrected to add up to the return", () => {
		same(rows(batch, "rudder", { start: "zero" }), [[0.11, 0.01, 0.51, -0.04, 0.41]]);
		same(rows(batch, "rudder", { start: "zero", correct: false }), [[0.1, 0, 0.5, -0.05, 0.4]]);
	});
});

describe("learned rewards", () => {
	it("returnDecomposition: rewards to go minus the group's mean", () => {
		const batch = withSignals(
			batchOf([
				{ length: 2, reward: 1 },
				{ length: 1, reward: 0 },
			]),
			{ rewardModel: [[0.25, 0.5], [0.25]] },
		);
		same(rows(batch, "returnDecomposition"), [[0.25, 0], [-0.25]]);
	});
	it("ircr: the place between worst and best", () => {
		const batch = batchOf([{ reward: -1 }, { length: 2, reward: 2 }, { reward: 5 }]);
		same(rows(batch, "ircr"), [[0], [0.5, 0.5], [1]]);
		same(rows(batchOf([{ reward: 3 }, { reward: 3 }]), "ircr"), [[0], [0]]);
	});
	it("syntheticReturns: contribution beside the reward", () => {
		const batch = withSignals(batchOf([{ rewards: [0, 1] }]), { contribution: [[0.5, 0]] });
		same(rows(batch, "syntheticReturns", { center: "none" }), [[1.15, 1]]);
	});
	it.each(["syntheticReturns", "potentialShaping"])(
		"%s without its signal's weight is REINFORCE over the group",
		(id) => {
			const base = batchOf([{ rewards: [0.5, 1] }, { rewards: [0] }]);
			const zero = [[0, 0], [0]];
			const batch = withSignals(base, { contribution: zero, potential: zero });
			same(rows(batch, id), rows(base, "reinforce", { over: "group" }));
		},
	);
});
