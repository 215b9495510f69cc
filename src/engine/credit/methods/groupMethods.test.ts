import { describe, expect, it } from "vitest";
import { near, same } from "../../../testing/near";
import { creditOf } from "../run";
import { batchOf, distance, preset, ragged } from "../testing";

/** Fixture "Group P": four rollouts of one prompt, one success. */
const GROUP_P = batchOf([
	{ length: 2, reward: 1 },
	{ length: 3, reward: 0 },
	{ length: 4, reward: 0 },
	{ length: 3, reward: 0 },
]);
const rowsOf = (batch: ReturnType<typeof batchOf>, id: string, params = {}) =>
	ragged(batch, creditOf(id, params, batch).advantage);
const perRollout = (id: string, params = {}) => rowsOf(GROUP_P, id, params).map((row) => row[0]!);

describe("grpo", () => {
	it("z-scores within the group", () =>
		near(perRollout("grpo", preset("grpo", "verl")), [1.499997, -0.499999, -0.499999, -0.499999]));
	it("takes eps and ddof as asked", () => {
		near(perRollout("grpo", preset("grpo", "trl")), [1.4997, -0.4999, -0.4999, -0.4999]);
		near(perRollout("grpo", { scale: "sd0", eps: 0 }), [
			Math.sqrt(3),
			-1 / Math.sqrt(3),
			-1 / Math.sqrt(3),
			-1 / Math.sqrt(3),
		]);
	});
	it("depends on eps where rewards are nearly equal", () => {
		const batch = batchOf([{ reward: 0.5 }, { reward: 0.5 }, { reward: 0.500001 }]);
		near(rowsOf(batch, "grpo").flat(), [-0.211325, -0.211325, 0.42265]);
		near(rowsOf(batch, "grpo", { eps: 1e-4 }).flat(), [-0.003314, -0.003314, 0.006628]);
	});
	it("gives exactly zero for equal rewards, whatever the rounding of their sum", () => {
		const batch = batchOf(Array.from({ length: 11 }, () => ({ reward: Math.fround(0.7) })));
		expect(rowsOf(batch, "grpo").flat()).toEqual(new Array(11).fill(0));
	});
	it("treats a group of one as asked", () => {
		const batch = batchOf([{ reward: 3 }]);
		expect(rowsOf(batch, "grpo")).toEqual([[0]]);
		expect(rowsOf(batch, "grpo", { singleton: "skip" })).toEqual([[Number.NaN]]);
		near(rowsOf(batch, "grpo", { singleton: "raw", eps: 0 }).flat(), [3]);
	});
});

describe("drGrpo", () => {
	it("subtracts the mean", () => near(perRollout("drGrpo", preset("drGrpo", "paper")), [0.75, -0.25, -0.25, -0.25]));
	describe("with GPG's correction", () => {
		const pairs = (...rewards: number[]) => batchOf(rewards.map((reward, i) => ({ reward, group: Math.floor(i / 2) })));
		const of = (batch: ReturnType<typeof batchOf>, name: string) =>
			rowsOf(batch, "drGrpo", preset("drGrpo", name)).map((row) => row[0]!);
		it("makes up for groups without contrast: two of eight rollouts have some", () =>
			near(of(pairs(1, 0, 0, 0, 1, 1, 0, 0), "gpg"), [2, -2, 0, 0, 0, 0, 0, 0], 1e-12));
		it("counts returns that are not 0 as verl does: three of eight", () =>
			near(of(pairs(1, 0, 0, 0, 1, 1, 0, 0), "gpgVerl"), [4 / 3, -4 / 3, 0, 0, 0, 0, 0, 0], 1e-12));
		it("is 0 where no group has contrast, and Dr.GRPO where all have", () => {
			expect(of(pairs(1, 1, 0, 0), "gpg")).toEqual([0, 0, 0, 0]);
			expect(of(pairs(0, 0), "gpgVerl")).toEqual([0, 0]);
			expect(of(pairs(1, 0, 0, 3), "gpg")).toEqual(of(pairs(1, 0, 0, 3), "paper"));
		});
		it("leaves groups of one that are skipped out of the count, and counts those that get credit as valid", () => {
			const asked = (batch: ReturnType<typeof batchOf>, singleton: string, correction = "valid") =>
				rowsOf(batch, "drGrpo", { correction, singleton }).map((row) => row[0]!);
			const batch = batchOf([{ reward: 1 }, { reward: 0 }, { reward: 3, group: 1 }]);
			same([asked(batch, "skip")], [[0.5, -0.5, Number.NaN]]);
			same([asked(batch, "skip", "nonzero")], [[1, -1, Number.NaN]]);
			same([asked(batch, "raw")], [[0.5, -0.5, 3]]);
			same([asked(batchOf([{ reward: 3 }]), "raw")], [[3]]);
			const dead = batchOf([{ reward: 1 }, { reward: 1 }, { reward: 3, group: 1 }]);
			same([asked(dead, "raw")], [[0, 0, 9]]);
		});
		it("has a group of one count as alike, whose reward verl passes on", () => {
			const batch = batchOf([{ reward: 1 }, { reward: 0 }, { reward: 3, group: 1 }]);
			near(of(batch, "gpg"), [0.75, -0.75, 0], 1e-12);
			near(of(batch, "gpgVerl"), [0.75, -0.75, 4.5], 1e-12);
		});
	});
});

describe("dapo", () => {
	const batch = batchOf([18, 10, 20, 16].map((length, i) => ({ length, reward: i === 0 ? 1 : 0 })));
	const first = (params: object, of = batch) =>
		rowsOf(of, "dapo", { maxLength: 20, buffer: 4, ...params }).map((row) => row[0]!);
	it("charges for running out of room: short wrong answers end above the mean", () =>
		near(first({}), [0.993398, 0.19868, -1.390757, 0.19868]));
	it("charges on beyond the longest response in the released form only", () => {
		// Lengths 22 and 16, no rewards: prices −1 and 0, or −1.5 and 0; both are ±1/√2 deviations apart, so eps tells them.
		const long = batchOf([{ length: 22 }, { length: 16 }]);
		near(first({ eps: 1 }, long), [-0.5 / (Math.SQRT1_2 + 1), 0.5 / (Math.SQRT1_2 + 1)]);
		near(first({ eps: 1, beyond: "growing" }, long), [
			-0.75 / (1.5 * Math.SQRT1_2 + 1),
			0.75 / (1.5 * Math.SQRT1_2 + 1),
		]);
	});
	it("is GRPO while there is room", () => expect(rowsOf(batch, "dapo")).toEqual(rowsOf(batch, "grpo")));
	it("leaves out groups whose returns are equal", () => {
		const dead = batchOf([{ length: 18 }, { length: 2 }]);
		expect(first({ dropEqual: true }, dead)).toEqual([Number.NaN, Number.NaN]);
	});
	it("keeps equal groups in verl, drops them in its recipe, and keeps groups of one in both", () => {
		const groups = batchOf([
			{ reward: 1 },
			{ reward: 1 },
			{ reward: 1, group: 1 },
			{ reward: 0, group: 1 },
			{ reward: 3, group: 2 },
		]);
		const contrast = [0.5 / (Math.SQRT1_2 + 1e-6), -0.5 / (Math.SQRT1_2 + 1e-6)];
		near(rowsOf(groups, "dapo", preset("dapo", "verl")).flat(), [0, 0, ...contrast, 3 / (1 + 1e-6)]);
		const [a, b, ...others] = rowsOf(groups, "dapo", preset("dapo", "verlRecipe")).flat();
		expect([a, b]).toEqual([Number.NaN, Number.NaN]);
		near(others, [...contrast, 3 / (1 + 1e-6)]);
	});
});

describe("rloo", () => {
	it("gives equal rewards exactly zero", () => {
		const batch = batchOf(Array.from({ length: 11 }, () => ({ reward: 0.7 })));
		expect(rowsOf(batch, "rloo").flat()).toEqual(new Array(11).fill(0));
	});
	it("subtracts the mean of the others", () =>
		near(perRollout("rloo", preset("rloo", "verl")), [1, -1 / 3, -1 / 3, -1 / 3]));
	it("is G/(G−1) times Dr.GRPO", () =>
		near(
			perRollout("rloo"),
			perRollout("drGrpo").map((a) => (a * 4) / 3),
		));
	it("takes the KL of the whole response out of the reward", () => {
		const d = [
			[0.02, -0.03],
			[0.1, 0, -0.2],
			[0, 0.05, 0.04, -0.01],
			[0.3, -0.1, 0],
		];
		const rows = d.map((logProbs, i) => ({ logProbs, reward: i === 0 ? 1 : 0 }));
		const batch = batchOf(rows, { refLogProbs: new Float64Array(16) });
		near(
			rowsOf(batch, "rloo", preset("rloo", "trl")).map((row) => row[0]!),
			[1.0035, -0.323833, -0.335833, -0.343833],
		);
	});
});

describe("reinforce", () => {
	const batch = batchOf([{ rewards: [0, 0, 1] }, { rewards: [0, 0], group: 1 }, { rewards: [0.5], group: 2 }]);
	it("subtracts the batch mean from the return to go", () => {
		expect(distance(rowsOf(batch, "reinforce"), [[0.5, 0.5, 0.5], [-0.5, -0.5], [0]])).toBeLessThanOrEqual(1e-12);
		const discounted = rowsOf(batch, "reinforce", { discount: 0.9, center: "none" });
		expect(distance(discounted, [[0.81, 0.9, 1], [0, 0], [0.5]])).toBeLessThanOrEqual(1e-12);
	});
	it("leaves the rollout itself out", () => {
		const rows = rowsOf(batch, "reinforce", { center: "loo" });
		expect(distance(rows, [[0.75, 0.75, 0.75], [-0.75, -0.75], [0]])).toBeLessThanOrEqual(1e-12);
	});
	it("subtracts a value of the prefix", () => {
		const valued = batchOf([{ rewards: [0, 1], values: [0.25, 0.5] }]);
		expect(rowsOf(valued, "reinforce", { center: "value" })).toEqual([[0.75, 0.5]]);
	});
	it("pays an action what the environment's reply earns, undiscounted", () => {
		const holed = batchOf([{ rewards: [0, 0, 0, 1], mask: [1, 0, 1, 1] }]);
		expect(rowsOf(holed, "reinforce", { center: "none" })).toEqual([[1, 0, 1, 1]]);
		const late = batchOf([{ rewards: [0, 2, 0], mask: [1, 0, 1] }]);
		expect(rowsOf(late, "reinforce", { center: "none", discount: 0.5 })).toEqual([[2, 0, 0]]);
	});
	it("equals RLOO over the group", () =>
		near(perRollout("reinforce", { center: "loo", over: "group" }), perRollout("rloo")));
});
