import { expect, it } from "vitest";
import { METHODS } from "../../engine/credit/registry";
import { traceOf } from "../../engine/credit/traceOps";
import { makeBatch } from "../../testing/fakeTrainer";
import { linesOf } from "./steps";

const { batch } = makeBatch({ groups: 2, size: 4, T: 6, seed: 3 });
const stepsOf = (id: string, params = {}) =>
	traceOf(METHODS.find((m) => m.id === id)!, params, batch, 1, 0).steps.map(linesOf);

it("fills the numbers of a normaliser in: (x − mean) / sd with the group's own", () => {
	const returns = Array.from(batch.returns.subarray(0, 4));
	const mean = returns.reduce((a, b) => a + b, 0) / 4;
	const sd = Math.sqrt(returns.reduce((a, r) => a + (r - mean) ** 2, 0) / 3);
	const step = stepsOf("grpo").find((s) => s.members.length === 4)!;
	expect(step.lines[0]).toContain("x − mean");
	const [, over = "", under = ""] = /^\((.+)\) \/ (.+)$/.exec(step.lines[1] ?? "") ?? [];
	const [r = 0, m = 0] = over.split(" − ").map((t) => Number(t.replace("−", "-")));
	expect(r).toBe(returns[1]);
	expect(Math.abs(m - mean)).toBeLessThanOrEqual(1e-4);
	expect(Math.abs(Number(under) - sd)).toBeLessThanOrEqual(1e-4);
	expect(step.words).toContain("over the group");
});

it("shows every step of every method that answers, each ending in its value", () => {
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
