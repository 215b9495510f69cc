import { expect, it } from "vitest";
import { METHODS } from "../../engine/credit/registry";
import { traceOf } from "../../engine/credit/traceOps";
import { makeBatch } from "../../testing/fakeTrainer";
import { linesOf, unique } from "./steps";

const { batch } = makeBatch({ groups: 2, size: 4, T: 6, seed: 3 });
const stepsOf = (id: string) => traceOf(METHODS.find((m) => m.id === id)!, {}, batch, 1, 0).steps.map(linesOf);

it("says what a normaliser compares with and among which numbers, its formula once", () => {
	const step = stepsOf("grpo").at(-1)!;
	expect(step.words).toBe("over the group");
	expect(step.lines[0]).toContain("x − mean");
	expect(step.lines).toHaveLength(3);
	expect(step.members).toEqual(Array.from(batch.returns.subarray(0, 4)));
});

it("lists nobody beside a rollout that is alone", () => {
	const { batch: alone } = makeBatch({ groups: 2, size: 1, T: 4, seed: 3 });
	const { steps } = traceOf(METHODS.find((m) => m.id === "grpo")!, {}, alone, 1, 0);
	expect(linesOf(steps.at(-1)!)).toMatchObject({ words: "over the group", members: [] });
	expect(linesOf(steps.at(-1)!).lines.slice(1)).toEqual(["one alone", "0"]);
});

it("says that what is divided by 0 counts as 0", () => {
	const { batch: equal } = makeBatch({ groups: 1, size: 1, T: 4, seed: 3 });
	const { steps } = traceOf(METHODS.find((m) => m.id === "tempo")!, {}, equal, 0, 0);
	expect(linesOf(steps.at(-1)!).lines).toEqual([
		expect.stringMatching(/^x\d+ \/ x\d+$/),
		"divided by 0, which counts as 0",
		"0",
	]);
});

it("says nothing twice", () => {
	expect(unique(["x2", "(−0.5)", "−0.5"])).toEqual(["x2", "−0.5"]);
	expect(stepsOf("grpo")[0]).toMatchObject({ symbol: "returns", words: "", members: [] });
	expect(stepsOf("grpo")[0]?.lines).toHaveLength(1);
});

it("shows every step of every method that answers", () => {
	let shown = 0;
	for (const { id } of METHODS)
		try {
			for (const { symbol, lines } of stepsOf(id)) {
				expect(symbol).not.toBe("");
				expect(lines.length, `${id} ${symbol}`).toBeGreaterThanOrEqual(1);
				shown++;
			}
		} catch (error) {
			expect(String(error)).toContain("needs");
		}
	expect(shown).toBeGreaterThanOrEqual(40);
});
