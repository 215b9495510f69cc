import { expect, it } from "vitest";
import { GLOBAL_MAP as GLOBAL, LOCAL_MAP as LOCAL } from "../../testing/attentionMaps";
import { near } from "../../testing/near";
import { rhythmOf } from "./rhythm";

const options = { heads: 0.3, window: 3, from: 1, to: 3, marked: 0.4, reach: 2, low: 0.5, high: 0.5 };
const all = new Uint8Array(8).fill(1);

it("gives the worked numbers: heads, curves, marks and the one coupling", () => {
	const rhythm = rhythmOf([GLOBAL, LOCAL], 8, all, options);
	near(rhythm.distances, [1.875, 1.0375]);
	expect(rhythm).toMatchObject({ local: [1], global: [0] });
	near(rhythm.waad, [0, 0.3, 0.2, 0.7, 2.1, 0.5, 0.4, 2.1]);
	near(rhythm.jump, [0.3, 0.1, 0.5, 1.4, 1.6, 0.1, 1.7, 0]);
	near(rhythm.fai, [0.633333, 0.066667, 0.066667, 0.066667, 0.5, 0.05, 0.1, 0]);
	expect(rhythm).toMatchObject({ preplan: [3, 4, 6], anchors: [0, 4, 6], couplings: [{ plan: 4, anchor: 6 }] });
});

it("marks tokens of the mask only", () => {
	const mask = Uint8Array.from([0, 1, 1, 1, 0, 1, 1, 1]);
	const { preplan, anchors } = rhythmOf([GLOBAL, LOCAL], 8, mask, options);
	expect(preplan).toEqual([3, 6]);
	expect(anchors).toEqual([1, 6]);
});

it("finds no anchor in a response that is shorter than the horizon", () => {
	const { anchors, couplings, fai } = rhythmOf([GLOBAL, LOCAL], 8, all, { ...options, from: 8, to: 9 });
	near(fai, new Array(8).fill(0));
	expect(anchors).toEqual([]);
	expect(couplings).toEqual([]);
});

it("takes other quantiles as thresholds", () => {
	// WAAD 0 .2 .3 .4 .5 .7 2.1 2.1: .38 at .4, where anchor 6 has .4; jumps 0 .1 .1 .3 .5 1.4 1.6 1.7: 1.63 at .9, the plan has 1.6.
	const couplings = (more: object) => rhythmOf([GLOBAL, LOCAL], 8, all, { ...options, ...more }).couplings;
	expect(couplings({ low: 0.4 })).toEqual([]);
	expect(couplings({ high: 0.9 })).toEqual([]);
	expect(couplings({ low: 1 })).toEqual([
		{ plan: 3, anchor: 4 },
		{ plan: 4, anchor: 6 },
	]);
});
