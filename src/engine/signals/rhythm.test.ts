import { expect, it } from "vitest";
import { GLOBAL_MAP as GLOBAL, LOCAL_MAP as LOCAL } from "../../testing/attentionMaps";
import { near } from "../../testing/near";
import { rhythmOf } from "./rhythm";

const options = { heads: 0.3, window: 3, from: 1, to: 3, marked: 0.4, reach: 2 };
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
