import { expect, it } from "vitest";
import { GLOBAL_MAP as GLOBAL, LOCAL_MAP as LOCAL } from "../../testing/attentionMaps";
import { near } from "../../testing/near";
import { creditOf } from "../credit/run";
import { batchOf, ragged } from "../credit/testing";
import { rhythmOf, rhythmOptions } from "./rhythm";
import type { PolicySource } from "./sources";
import { annotated } from "./testing";

const READING = { window: 3, from: 1, to: 3, share: 0.3, layers: "all", keys: "all" } as const;
const options = { ...READING, marked: 0.4, reach: 2, low: 0.5, high: 0.5 };
const all = new Uint8Array(8).fill(1);
const attention = { N: 8, promptLength: 0, layers: [[GLOBAL, LOCAL]] };

it("gives the worked numbers: heads, curves, marks and the one coupling", () => {
	const rhythm = rhythmOf(attention, all, options);
	near(rhythm.distances, [1.875, 1.0375]);
	expect(rhythm).toMatchObject({ local: [1], global: [0] });
	near(rhythm.waad, [0, 0.3, 0.2, 0.7, 2.1, 0.5, 0.4, 2.1]);
	near(rhythm.jump, [0.3, 0.1, 0.5, 1.4, 1.6, 0.1, 1.7, 0]);
	near(rhythm.fai, [0.633333, 0.066667, 0.066667, 0.066667, 0.5, 0.05, 0.1, 0]);
	expect(rhythm).toMatchObject({ preplan: [3, 4, 6], anchors: [0, 4, 6], couplings: [{ plan: 4, anchor: 6 }] });
});

it("leaves tokens of others out: the policy's follow each other", () => {
	const mask = Uint8Array.from([0, 1, 1, 1, 0, 1, 1, 1]);
	const { jump, preplan, anchors } = rhythmOf(attention, mask, options);
	near(jump, [0, 0.1, 0.5, 0.2, 0, 0.1, 1.7, 0]);
	expect(preplan).toEqual([2, 6]);
	expect(anchors).toEqual([1, 6]);
});

it("finds no anchor in a response that is shorter than the horizon", () => {
	const { anchors, couplings, fai } = rhythmOf(attention, all, { ...options, from: 8, to: 9 });
	near(fai, new Array(8).fill(0));
	expect(anchors).toEqual([]);
	expect(couplings).toEqual([]);
});

it("takes other quantiles as thresholds", () => {
	// WAAD 0 .2 .3 .4 .5 .7 2.1 2.1: .38 at .4, where anchor 6 has .4; jumps 0 .1 .1 .3 .5 1.4 1.6 1.7: 1.63 at .9, the plan has 1.6.
	const couplings = (more: object) => rhythmOf(attention, all, { ...options, ...more }).couplings;
	expect(couplings({ low: 0.4 })).toEqual([]);
	expect(couplings({ high: 0.9 })).toEqual([]);
	expect(couplings({ low: 1 })).toEqual([
		{ plan: 3, anchor: 4 },
		{ plan: 4, anchor: 6 },
	]);
});

it("counts heads of the middle layers among all", () => {
	const layers = [
		[LOCAL, LOCAL],
		[GLOBAL, LOCAL],
		[GLOBAL, GLOBAL],
	];
	const { distances, local, global } = rhythmOf({ ...attention, layers }, all, { ...options, layers: "middle" });
	near(distances, [1.0375, 1.0375, 1.875, 1.0375, 1.875, 1.875]);
	expect([local, global]).toEqual([[3], [2]]);
});

type Params = Readonly<Record<string, number | string>>;

/** Marks of a response as the curves are read, and as training reads and pays them; the batch splits its heads alike. */
function bothWays(promptLength: number, mask: Uint8Array, chosen: Params, method: Params) {
	const spec = { signals: { attentionFlow: chosen }, method: { id: "attentionCredit", params: method } };
	const rollout = { ...attention, promptLength };
	const rhythm = rhythmOf(rollout, mask, rhythmOptions(spec));
	const batch = batchOf([1, 0].map((reward) => ({ length: mask.length, reward, mask: [...mask] })));
	const policy = { attention: () => [rollout, rollout] } as unknown as PolicySource;
	const { batch: read } = annotated("attentionFlow", batch, { ...chosen }, { policy });
	const marks = (strategy: string, term: string) => {
		const credit = creditOf("attentionCredit", { ...method, strategy }, read);
		return ragged(read, credit.terms[term]!)[0]!.flatMap((x, t) => (x !== 0 && mask[t] ? [t] : []));
	};
	return { rhythm, marks };
}

it.each([
	[0, [1, 1, 1, 1, 1, 1, 1, 1], {}, {}],
	[0, [0, 1, 1, 1, 0, 1, 1, 1], { window: 3, to: 3 }, {}],
	[2, [1, 1, 0, 1, 1, 1], { keys: "response" }, { share: 0.6 }],
	[3, [1, 0, 1, 1, 1], { window: 2, from: 2, to: 4 }, { window: 1, jumpQuantile: 0.2, waadQuantile: 0.9 }],
] as const)("marks what attention credit pays: prompt %d, mask %j, %j, %j", (prompt, mask, chosen, method) => {
	const { rhythm, marks } = bothWays(prompt, Uint8Array.from(mask), chosen, method);
	expect(marks("preplan", "preplan")).toEqual(rhythm.preplan);
	expect(marks("anchor", "anchor")).toEqual(rhythm.anchors);
	expect(marks("coupled", "preplan")).toEqual([...new Set(rhythm.couplings.map(({ plan }) => plan))].sort());
});
