import { expect, it } from "vitest";
import { GLOBAL_MAP as global, LOCAL_MAP as local } from "../../testing/attentionMaps";
import { near } from "../../testing/near";
import { chosenLayers, fai, meanDistance, meanMap, splitHeads, waad } from "./attention";

const N = 8;

it("mean distances tell local from global heads", () => {
	near([meanDistance(local, N), meanDistance(global, N)], [1.0375, 1.875]);
	expect(splitHeads([3, 1, 2, 1], 0.3)).toEqual({ local: [1], global: [0] });
	expect(splitHeads([1, 1, 1, 1], 0.5)).toEqual({ local: [0, 1], global: [0, 1] });
});

it("the middle third of the layers is rounded outwards, and never empty", () =>
	expect([1, 2, 3, 4, 5, 6].map((layers) => chosenLayers(layers, "middle"))).toEqual([
		[0],
		[0, 1],
		[1],
		[1, 2],
		[1, 2, 3],
		[2, 3],
	]));

it("WAAD cuts distances at the window", () => near(waad(local, N, 3), [0, 0.3, 0.2, 0.7, 2.1, 0.5, 0.4, 2.1]));

it("FAI is the mean weight that the horizon puts on a token, 0 without a horizon", () =>
	near(fai(global, N, 1, 3), [0.633333, 0.066667, 0.066667, 0.066667, 0.5, 0.05, 0.1, 0]));

it("maps of heads are averaged", () => near(meanMap([local, global], [0, 1], N).subarray(N, N + 2), [0.45, 0.55]));
