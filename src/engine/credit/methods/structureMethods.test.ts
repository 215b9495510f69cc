import { describe, expect, it } from "vitest";
import { near } from "../../../testing/near";
import { creditOf } from "../run";
import { batchOf, branchedBatch, preset, ragged, rows, tokenSignal } from "../testing";

const nan = Number.NaN;

describe("spoChain", () => {
	const p = [0.95, 0.6, 0.97, 0.99, 0.5, 0.92, 0.3, 0.98, 0.85, 0.99];
	const at = (values: Record<number, number>) => Array.from({ length: 10 }, (_, t) => values[t] ?? nan);
	const batch = batchOf([
		{ logProbs: p.map(Math.log), values: at({ 1: 4 / 9, 6: 7 / 9 }), reward: 1 },
		{ logProbs: [0.4, ...p.slice(1)].map(Math.log), values: at({ 0: 3 / 9, 4: 5 / 9, 8: 6 / 9 }), reward: 0 },
	]);
	const [a, b, c, d] = [0.333333, 0.222222, 0.111111, -0.666667] as [number, number, number, number];
	it("credits segments with the change of value between cuts", () =>
		near(rows(batch, "spoChain", preset("spoChain", "paper", { interval: 2, mask: "none" })), [
			[0, a, a, a, a, a, b, b, b, b],
			[b, b, b, b, c, c, c, c, d, d],
		]));
	it("leaves certain tokens out", () =>
		near(rows(batch, "spoChain", preset("spoChain", "paper", { interval: 2 })), [
			[0, a, 0, 0, a, 0, b, 0, b, 0],
			[b, b, 0, 0, c, 0, c, 0, d, 0],
		]));
	it("reports the mask as weights", () => {
		const weights = (mask: string) => creditOf("spoChain", { interval: 2, mask }, batch).weights;
		const [first, second] = [
			[0, 1, 0, 0, 1, 0, 1, 0, 1, 0],
			[1, 1, 0, 0, 1, 0, 1, 0, 1, 0],
		];
		near(ragged(batch, weights("zero")!), [first, second]);
		near(
			ragged(batch, weights("skip")!),
			[first, second].map((row) => row.map((w) => (w === 0 ? nan : w))),
		);
		expect(weights("none")).toBeUndefined();
	});
	it("whitens what is left, as released", () => {
		const [w, x, y, z] = [0.684672, 0.322198, -0.040275, -2.577587] as [number, number, number, number];
		near(rows(batch, "spoChain", preset("spoChain", "released", { interval: 2 })), [
			[nan, w, nan, nan, w, nan, x, nan, x, nan],
			[x, x, nan, nan, y, nan, y, nan, z, nan],
		]);
	});
	it("is R − V(prompt) with one cut at the first token", () => {
		const one = batchOf([{ logProbs: [-1, 0, 0], values: [0.25, nan, nan], reward: 1 }]);
		near(rows(one, "spoChain", { mask: "none" }), [[0.75, 0.75, 0.75]]);
	});
});

describe("trees", () => {
	it("spoTree: edges between means over children", () => {
		const batch = branchedBatch();
		const third = 1 / 3;
		near(rows(batch, "spoTree", preset("spoTree", "paper", { segment: 1 })), [
			[third, third],
			[third, -2 * third],
			[third, third],
			[0, -third],
			[0, -third],
			[0, 2 * third],
			[-third],
		]);
		const scaled = rows(batch, "spoTree", preset("spoTree", "grpo", { segment: 1 }));
		near(scaled, [
			[1.224745, Math.SQRT1_2],
			[1.224745, -Math.SQRT2],
			[1.224745, Math.SQRT1_2],
			[nan, -Math.SQRT1_2],
			[nan, -Math.SQRT1_2],
			[nan, Math.SQRT2],
			[-1.224745],
		]);
	});
	const batch = batchOf([
		{ tokens: [1, 3], reward: 1 },
		{ tokens: [1, 4, 6], reward: 1 },
		{ tokens: [1, 4, 7], reward: 0 },
		{ tokens: [2, 5], reward: 0 },
	]);
	const tree = (params: object) => rows(batch, "treePs", { unit: "token", ...params });
	it("treePs: against parent, root, both", () => {
		near(tree(preset("treePs", "local")), [
			[0.166667, 0.333333],
			[0.166667, -0.166667, 0.5],
			[0.166667, -0.166667, -0.5],
			[-0.5, 0],
		]);
		near(tree({ form: "global" }), [
			[0.166667, 0.5],
			[0.166667, 0, 0.5],
			[0.166667, 0, -0.5],
			[-0.5, -0.5],
		]);
		near(tree(preset("treePs", "treeRl")), [
			[0.19245, 0.833333],
			[0.19245, -0.117851, 1],
			[0.19245, -0.117851, -1],
			[-1, -0.5],
		]);
		near(tree({ value: "children" }), [
			[0.375, 0.25],
			[0.375, -0.25, 0.5],
			[0.375, -0.25, -0.5],
			[-0.375, 0],
		]);
	});
	it("treePs: shared steps once", () =>
		near(tree({ shared: "once" }), [
			[0.166667, 0.333333],
			[nan, -0.166667, 0.5],
			[nan, nan, -0.5],
			[-0.5, 0],
		]));
	it("treePs by token telescopes like TEMPO's tree term", () => {
		const td = ragged(batch, creditOf("tempo", { scale: "none" }, batch).terms.td!);
		near(tree({}), td, 1e-12);
	});
});

describe("attentionCredit", () => {
	const plain = batchOf([
		{ length: 8, reward: 1 },
		{ length: 1, reward: -0.5 },
	]);
	const signals = {
		waad: tokenSignal(plain, [[0, 0.3, 0.2, 0.7, 2.1, 0.5, 0.4, 2.1], [0]]),
		fai: tokenSignal(plain, [[0.633333, 0.066667, 0.066667, 0.066667, 0.5, 0.05, 0.1, 0], [0]]),
	};
	const batch = { ...plain, signals };
	const gain = (name: string, more = {}) =>
		rows(batch, "attentionCredit", preset("attentionCredit", name, { scale: "none", window: 2, ...more }))[0]!.map(
			(x) => x / 0.75,
		);
	it("amplifies plans, anchors, or both coupled", () => {
		near([gain("preplan")], [[1, 1, 1, 1.5, 1.5, 1, 1.5, 1]]);
		near([gain("anchor")], [[1.5, 1, 1, 1, 1.5, 1, 1.5, 1]]);
		near([gain("paperV2")], [[1.5, 1, 1, 1, 1.75, 1, 1.25, 1]]);
		near(
			gain("paperV2").map((x) => 0.75 * x),
			[1.125, 0.75, 0.75, 0.75, 1.3125, 0.75, 0.9375, 0.75],
		);
	});
	it("takes other quantiles as thresholds", () => {
		// WAAD in order: 0 .2 .3 .4 .5 .7 2.1 2.1; token 6 has .4, which is τ_w at 3/7 and above it at .4 (τ_w = .38).
		near([gain("paperV2", { waadQuantile: 3 / 7 })], [[1.5, 1, 1, 1, 1.75, 1, 1.25, 1]]);
		near([gain("paperV2", { waadQuantile: 0.4 })], [[1.5, 1, 1, 1, 1.5, 1, 1.5, 1]]);
		// All of WAAD: anchor 4 depends on 3 as well.
		near([gain("paperV2", { waadQuantile: 1 })], [[1.5, 1, 1, 1.25, 1.5, 1, 1.25, 1]]);
		// Δ in order: 0 .1 .1 .3 .5 1.4 1.6 1.7; the plan 4 has 1.6, τ_d at 6/7 and below it at .9 (τ_d = 1.63).
		near([gain("paperV2", { jumpQuantile: 6 / 7 })], [[1.5, 1, 1, 1, 1.75, 1, 1.25, 1]]);
		near([gain("paperV2", { jumpQuantile: 0.9 })], [[1.5, 1, 1, 1, 1.5, 1, 1.5, 1]]);
	});
	it("lets the plan's bonus take the anchor's place", () =>
		near([gain("paperV2", { overlap: "overwrite" })], [[1.5, 1, 1, 1, 1.25, 1, 1.25, 1]]));
	it("makes no anchor of a token that no later one looks at", () => {
		const far = (row: readonly number[]) => ({
			...batch,
			signals: { ...signals, fai: tokenSignal(plain, [row, [0]]) },
		});
		const gains = (row: readonly number[]) =>
			rows(far(row), "attentionCredit", { strategy: "anchor", scale: "none" })[0]!.map((x) => x / 0.75);
		near([gains(new Array(8).fill(0))], [new Array(8).fill(1)], 0);
		// Two of the three largest are 0.
		near([gains([0, 0, 0.2, 0, 0, 0, 0, 0])], [[1, 1, 1.5, 1, 1, 1, 1, 1]]);
	});
	it("reports its factors as weights", () => {
		const { weights } = creditOf("attentionCredit", { scale: "none", window: 2 }, batch);
		near([ragged(batch, weights!)[0]!], [[1.5, 1, 1, 1, 1.75, 1, 1.25, 1]]);
		const positive = creditOf("attentionCredit", { scale: "none", window: 2, sign: "positive" }, batch).weights!;
		near([ragged(batch, positive)[1]!], [[1]]);
	});
	it("is group credit without amplification", () => near([gain("paperV2", { amplify: 1 })], [new Array(8).fill(1)], 0));
});
