// @vitest-environment jsdom
import { axisBottom } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { beforeEach, expect, it } from "vitest";
import { makeBatch } from "../../testing/fakeTrainer";
import { unitsOf } from "../credit/granularity";
import { creditScale } from "./creditScale";
import { drawCreditStrip } from "./creditStrip";
import { drawLineChart } from "./lineChart";
import { select } from "./select";

let element: HTMLElement;
beforeEach(() => {
	document.body.innerHTML = "<div></div>";
	element = document.body.firstElementChild as HTMLElement;
});

/** What the page is told to change, same value or not. */
function changesOf(draw: () => void): MutationRecord[] {
	const observer = new MutationObserver(() => undefined);
	observer.observe(element, { subtree: true, childList: true, attributes: true, characterData: true });
	draw();
	const records = observer.takeRecords();
	observer.disconnect();
	return records;
}

it("writes attributes and texts that differ, and takes away those that are null", () => {
	const root = select(element).attr("data-a", 1).attr("data-b", "two").text("word");
	root.attr("data-a", () => 3).attr("data-b", () => null);
	expect(element.outerHTML).toBe('<div data-a="3">word</div>');
	expect(root.attr("data-a")).toBe("3");
	expect(root.text()).toBe("word");
	expect(root.attr("data-a", null).text(null).node()?.outerHTML).toBe("<div></div>");
});

it("gives each element its datum, index and itself", () => {
	select(element)
		.selectAll<HTMLElement, string>("i")
		.data(["p", "q"])
		.join("i")
		.attr("title", function (d, i) {
			return `${d}${i}${this.tagName}`;
		})
		.text((d, i) => d + i);
	expect(element.innerHTML).toBe('<i title="p0I">p0</i><i title="q1I">q1</i>');
});

it("touches nothing that is there already, in axes too", () => {
	const axis = select(element).append("g").attr("data-a", 1);
	const again = () => void axis.attr("data-a", "1").call(axisBottom(scaleLinear([0, 1], [0, 100])).ticks(3));
	expect(changesOf(again).length).toBeGreaterThanOrEqual(3);
	// An axis puts its line in front of its ticks each time.
	expect(changesOf(again).filter((r) => r.type !== "childList")).toEqual([]);
});

it("draws the text of rollouts and a curve again without a change", () => {
	const { batch, credit } = makeBatch({ groups: 1, size: 2, T: 5, seed: 3 });
	const tokens = ["a", "b", "c", "d", "e", "f", "g", "h"];
	const rows = [
		{ id: "grpo", label: "GRPO", values: credit.advantage, terms: {}, scale: creditScale(credit.advantage) },
	];
	const segments = [0, 1].map((rollout) => ({ rollout, from: 0, to: batch.lengths[rollout] as number }));
	const strip = { batch, tokens, segments, rows, units: unitsOf(batch, tokens, "token") };
	const drawStrip = () =>
		drawCreditStrip(element, strip, { pinned: null, marks: "cells", label: "Rollouts", selected: "grpo" });
	drawStrip();
	expect(changesOf(drawStrip)).toEqual([]);
	element.replaceChildren();
	const line = { x: Float64Array.of(0, 1, 2), y: Float64Array.of(3, 1, 2), length: 3 };
	const drawLine = () =>
		drawLineChart(element, line, { width: 200, height: 80, label: "Return", lastStep: 2, cursor: 1 });
	drawLine();
	expect(changesOf(drawLine)).toEqual([]);
});
