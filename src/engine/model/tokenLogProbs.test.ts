import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { type ScoredTokens, tokenLogProbs, tokenLogProbsBackward } from "./tokenLogProbs";

const score = (logits: Float64Array, V: number, tokens: ScoredTokens) => {
	const logProbs = new Float64Array(tokens.count);
	const entropy = new Float64Array(tokens.count);
	tokenLogProbs(logProbs, entropy, logits, V, tokens);
	return { logProbs, entropy };
};

describe("log-probabilities by hand", () => {
	const tokens = {
		count: 1,
		rows: Int32Array.of(0),
		targets: Int32Array.of(1),
		temperature: 1,
		legal: null,
	};
	it("of logits 0 and ln 3: log ¾, entropy ¼ ln 4 + ¾ ln 4/3", () => {
		const { logProbs, entropy } = score(Float64Array.of(0, Math.log(3)), 2, tokens);
		expect(Math.abs(logProbs[0]! - Math.log(0.75))).toBeLessThanOrEqual(1e-15);
		expect(Math.abs(entropy[0]! - (0.25 * Math.log(4) + 0.75 * Math.log(4 / 3)))).toBeLessThanOrEqual(1e-15);
	});
	it("at temperature 2 halve the logits: odds 1 : 3 from ln 9", () => {
		const { logProbs } = score(Float64Array.of(0, Math.log(9)), 2, { ...tokens, temperature: 2 });
		expect(Math.abs(logProbs[0]! - Math.log(0.75))).toBeLessThanOrEqual(1e-15);
	});
	it("ignore illegal tokens, however likely, and give an illegal target −Infinity", () => {
		const legal = { table: Float32Array.of(9, 9, 9, 1, 1, 0), states: Uint32Array.of(1) };
		const logits = Float64Array.of(0, Math.log(3), 500);
		expect(Math.abs(score(logits, 3, { ...tokens, legal }).logProbs[0]! - Math.log(0.75))).toBeLessThanOrEqual(1e-15);
		const illegal = { ...tokens, legal, targets: Int32Array.of(2) };
		expect(score(logits, 3, illegal).logProbs[0]).toBe(-Infinity);
	});
});

describe("the gradient in the logits", () => {
	it("equals central differences of Σ (c·log p + e·H) over legal tokens at temperature 0.7", () => {
		const V = 5;
		const rng = Rng.of(2).fork("logits");
		const draw = (n: number) => Float64Array.from({ length: n }, () => 2 * rng.normal());
		const logits = draw(4 * V);
		const legal = { table: Float32Array.of(1, 1, 1, 1, 1, 0, 1, 0, 1, 1), states: Uint32Array.of(0, 1, 1) };
		const tokens = { count: 3, rows: Int32Array.of(2, 0, 3), targets: Int32Array.of(4, 1, 3), temperature: 0.7, legal };
		const c = draw(3);
		const e = draw(3);
		const objective = (z: Float64Array) => {
			const { logProbs, entropy } = score(z, V, tokens);
			return logProbs.reduce((sum, lp, i) => sum + c[i]! * lp + e[i]! * entropy[i]!, 0);
		};
		const analytic = new Float64Array(4 * V);
		tokenLogProbsBackward(analytic, logits, V, tokens, c, e);
		for (let i = 0; i < logits.length; i++) {
			const moved = logits.slice();
			moved[i]! += 1e-5;
			const plus = objective(moved);
			moved[i]! -= 2e-5;
			expect(Math.abs(analytic[i]! - (plus - objective(moved)) / 2e-5)).toBeLessThanOrEqual(1e-8);
		}
	});
});
