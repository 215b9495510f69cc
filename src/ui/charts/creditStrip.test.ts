// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import { makeBatch } from "../../testing/fakeTrainer";
import { unitsOf } from "../credit/granularity";
import { creditScale } from "./creditScale";
import { drawCreditStrip, moveFocus, type StripData, tokenOf } from "./creditStrip";

const { batch, credit } = makeBatch({ groups: 1, size: 2, T: 5, seed: 3 });
const tokens = ["a", "b", "c", "d", "e", "f", "g", "h"];
const row = (values: Float64Array) => ({ id: "grpo", label: "GRPO", values, terms: {}, scale: creditScale(values) });
const whole = (rollout: number) => ({ rollout, from: 0, to: batch.lengths[rollout] as number });
const data: StripData = {
	batch,
	tokens,
	segments: [whole(0), whole(1)],
	rows: [row(credit.advantage)],
	units: unitsOf(batch, tokens, "token"),
};
const options = { pinned: null, marks: "cells", label: "Rollouts", selected: "grpo" } as const;

let element: HTMLElement;
beforeEach(() => {
	document.body.innerHTML = "<div></div>";
	element = document.body.firstElementChild as HTMLElement;
});

const all = (selector: string) => [...element.querySelectorAll<HTMLElement>(selector)];

describe("drawCreditStrip", () => {
	it("draws every token once, up to the length of its rollout", () => {
		drawCreditStrip(element, data, options);
		expect(all(".token")).toHaveLength((batch.lengths[0] as number) + (batch.lengths[1] as number));
		expect(all(".rollout:first-child .word").map((w) => w.textContent)).toEqual(
			[...batch.tokens.subarray(0, batch.lengths[0])].map((id) => tokens[id]),
		);
	});

	it("changes nothing when drawn again", () => {
		drawCreditStrip(element, data, options);
		const once = element.innerHTML;
		drawCreditStrip(element, data, options);
		expect(element.innerHTML).toBe(once);
	});

	it("gives tokens of the environment no cell", () => {
		drawCreditStrip(element, data, options);
		const environment = all('.token[data-actor="environment"]');
		expect(environment.length).toBeGreaterThanOrEqual(1);
		for (const token of environment) expect(token.querySelectorAll(".cell")).toHaveLength(0);
	});

	it("hatches negative credit, outlines what was not scored, and says both in words", () => {
		const values = Float64Array.from(credit.advantage).fill(0);
		values[0] = -1;
		values[1] = Number.NaN;
		drawCreditStrip(element, { ...data, rows: [row(values)] }, options);
		const [first, second] = all(".token");
		expect(first?.querySelector(".cell")?.className).toBe("cell q0 neg");
		expect(second?.querySelector(".cell")?.className).toBe("cell absent");
		expect(first?.getAttribute("aria-label")).toContain("GRPO minus 1.00");
		expect(second?.getAttribute("aria-label")).toContain("GRPO not scored");
	});

	it("draws token text as text, never as markup", () => {
		const hostile = tokens.map(() => "<img src=x onerror=alert(1)>");
		drawCreditStrip(element, { ...data, tokens: hostile }, options);
		expect(element.querySelector("img")).toBeNull();
	});

	it("ends a line where the text does, with faint marks of white space, and mends it when it is drawn again", () => {
		const ends = () => all(".line-end").map((end) => tokenOf(end.previousElementSibling)?.token);
		const written = {
			...data,
			segments: [whole(0)],
			batch: { ...batch, tokens: Int32Array.from(batch.tokens, (_, t) => t % batch.T) },
		};
		drawCreditStrip(element, { ...written, tokens: ["a", "⏎", "⏎⋅⋅b", "c", "d"] }, options);
		expect(ends()).toEqual([1]);
		expect(all(".word").map((word) => word.querySelector(".space")?.textContent)).toEqual(
			[undefined, "⏎", "⏎⋅⋅", undefined, undefined].slice(0, batch.lengths[0]),
		);
		expect(all(".word")[2]?.textContent).toBe("⏎⋅⋅b");
		drawCreditStrip(element, { ...written, tokens: ["a", "b", "⏎b", "c", "d"] }, options);
		expect(ends()).toEqual([1]);
		drawCreditStrip(element, { ...written, tokens: ["a⏎", "b", "b", "c", "d"] }, options);
		expect(ends()).toEqual([0]);
		expect(all(".space")).toHaveLength(1);
	});

	it("has exactly one tab stop, and arrow keys move it", () => {
		drawCreditStrip(element, data, options);
		const first = all(".token")[0] as HTMLElement;
		expect(all('.token[tabindex="0"]')).toEqual([first]);
		first.focus();
		moveFocus(element, first, "ArrowRight");
		expect(tokenOf(document.activeElement)).toMatchObject({ rollout: 0, token: 1 });
		moveFocus(element, document.activeElement as HTMLElement, "ArrowDown");
		expect(tokenOf(document.activeElement)).toMatchObject({ rollout: 1, token: 1 });
		moveFocus(element, document.activeElement as HTMLElement, "End");
		expect(tokenOf(document.activeElement)).toMatchObject({ rollout: 1, token: (batch.lengths[1] as number) - 1 });
		drawCreditStrip(element, data, options);
		expect(all('.token[tabindex="0"]')).toEqual([document.activeElement]);
	});

	it("draws a part of a rollout with the numbers of its own tokens", () => {
		drawCreditStrip(element, { ...data, segments: [{ rollout: 1, from: 2, to: 4 }] }, options);
		expect(all(".token").map(tokenOf)).toMatchObject([
			{ rollout: 1, token: 2 },
			{ rollout: 1, token: 3 },
		]);
	});

	it("joins the cells of one unit", () => {
		drawCreditStrip(element, { ...data, units: unitsOf(batch, tokens, "turn") }, options);
		expect(all(".rollout:first-child .token").map((t) => t.dataset.joined)).toEqual(
			["false", "true", "false", "false", "true"].slice(0, batch.lengths[0]),
		);
	});

	it("marks the pinned token", () => {
		drawCreditStrip(element, data, { ...options, pinned: { rollout: 1, token: 0 } });
		expect(all('[aria-selected="true"]').map(tokenOf)).toMatchObject([{ rollout: 1, token: 0 }]);
	});
});
