// @vitest-environment jsdom
import { expect, it } from "vitest";
import { creditScale } from "../charts/creditScale";
import { drawRhythm, type RhythmData } from "./rhythmChart";

const data: RhythmData = {
	rhythm: {
		waad: Float64Array.from([0, 1, 2]),
		fai: Float64Array.from([0.5, 0.1, 0]),
		preplan: [1],
		anchors: [0, 2],
		couplings: [{ plan: 1, anchor: 2 }],
	},
	names: ["key", "<i>", "door"],
	mask: Uint8Array.from([1, 0, 1]),
	exact: { values: Float64Array.from([1, 0, -0.5]), scale: creditScale([1, -0.5]), label: "exact" },
};
const size = { width: 400, height: 160 };

it("draws again for another rollout what it would have drawn at once", () => {
	const once = document.createElement("div");
	drawRhythm(once, data, size);
	const twice = document.createElement("div");
	drawRhythm(
		twice,
		{ ...data, exact: null, names: ["a"], rhythm: { ...data.rhythm, couplings: [], anchors: [] } },
		size,
	);
	drawRhythm(twice, data, size);
	expect(twice.innerHTML).toBe(once.innerHTML);
	expect(once.querySelectorAll(".arcs path")).toHaveLength(1);
	expect([...once.querySelectorAll(".mark")].map((m) => m.textContent)).toEqual(["▲", "◆", "◆"]);
	expect(once.querySelector(".lane-exact rect.neg")).not.toBeNull();
	expect(once.querySelector("i")).toBeNull();
});
