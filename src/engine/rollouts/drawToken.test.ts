import { describe, expect, it } from "vitest";
import { rolloutKey } from "../core/rng";
import { type Draw, drawReply, TokenSampler } from "./drawToken";

const ALL = { temperature: 1, topK: 0, topP: 1 };
const draw = (logits: number[], legal: number[], plan: typeof ALL, position: number): Draw => {
	const out = { token: 0, logProb: 0, entropy: 0 };
	const sampler = new TokenSampler(logits.length, plan);
	sampler.draw(Float64Array.from(logits), Float32Array.from(legal), 0, rolloutKey(5, 0, 1, 2), position, out);
	return out;
};
/** Logits of odds 1 : 2 : 3 : 4. */
const LOGITS = [1, 2, 3, 4].map(Math.log);

/** Σ (n − E)² / E against expected shares. */
function chiSquare(counts: number[], shares: number[]): number {
	const total = counts.reduce((a, n) => a + n, 0);
	return shares.reduce((a, p, v) => a + (p > 0 ? (counts[v]! - total * p) ** 2 / (total * p) : 0), 0);
}

describe("a drawn token", () => {
	it.each([
		["the softmax", [1, 1, 1, 1], ALL, [0.1, 0.2, 0.3, 0.4], 3],
		["legal tokens only", [1, 0, 1, 0], ALL, [0.25, 0, 0.75, 0], 1],
		[
			"temperature ½, which squares the odds",
			[1, 1, 1, 1],
			{ ...ALL, temperature: 0.5 },
			[1, 4, 9, 16].map((x) => x / 30),
			3,
		],
		["the two most likely", [1, 1, 1, 1], { ...ALL, topK: 2 }, [0, 0, 3 / 7, 4 / 7], 1],
		["the smallest set that reaches 0.69", [1, 1, 1, 1], { ...ALL, topP: 0.69 }, [0, 0, 3 / 7, 4 / 7], 1],
		["a set of one that reaches 0.39 alone", [1, 1, 1, 1], { ...ALL, topP: 0.39 }, [0, 0, 0, 1], 0],
		["top-p within top-k", [1, 1, 1, 1], { ...ALL, topK: 3, topP: 0.8 }, [0, 2 / 9, 3 / 9, 4 / 9], 2],
	] as const)("follows %s, and its log-probability and entropy say so", (_, legal, plan, shares, freedom) => {
		const counts = [0, 0, 0, 0];
		const entropy = -shares.reduce((a, p) => a + (p > 0 ? p * Math.log(p) : 0), 0);
		for (let position = 0; position < 6000; position++) {
			const drawn = draw([...LOGITS], [...legal], plan, position);
			counts[drawn.token]! += 1;
			expect(Math.abs(drawn.logProb - Math.log(shares[drawn.token]!))).toBeLessThanOrEqual(1e-12);
			expect(Math.abs(drawn.entropy - entropy)).toBeLessThanOrEqual(1e-12);
		}
		// 0.999 quantiles of chi-square with 0 to 3 degrees of freedom.
		expect(chiSquare(counts, [...shares])).toBeLessThanOrEqual([1e-9, 10.83, 13.82, 16.27][freedom]!);
	});

	it("is the same whatever illegal tokens have for logits", () => {
		for (let position = 0; position < 50; position++)
			expect(draw([1, 99, 2], [1, 0, 1], ALL, position)).toEqual(draw([1, -99, 2], [1, 0, 1], ALL, position));
	});
});

describe("a reply of the environment", () => {
	it("comes as often as its weight says, and is forced where there is one", () => {
		const weights = Float32Array.of(0, 0, 0, 0, 0.25, 0, 0.75, 0);
		const counts = [0, 0, 0, 0];
		for (let p = 0; p < 4000; p++) counts[drawReply(weights, 4, 4, rolloutKey(1, 1, 0, 0), p)]! += 1;
		expect(chiSquare(counts, [0.25, 0, 0.75, 0])).toBeLessThanOrEqual(10.83);
		expect(counts[1]! + counts[3]!).toBe(0);
		expect(drawReply(Float32Array.of(0, 1, 0), 0, 3, rolloutKey(1, 1, 0, 0), 0)).toBe(1);
	});
});
