import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { tempo } from "../credit/methods/tempo";
import { creditBy } from "../credit/run";
import { batchOf, distance, ragged } from "../credit/testing";
import { creditCosine } from "./scores";

describe("goldens of credit against the truth", () => {
	it("TEMPO on four rollouts of two tokens, with divisor n and n − 1", () => {
		const rows = [
			[0, 1],
			[0, 2],
			[3, 1],
			[3, 2],
		].map((tokens, i) => ({ tokens, reward: i === 0 ? 1 : 0 }));
		const credit = (scale: string) => {
			const batch = batchOf(rows);
			return ragged(batch, creditBy(tempo, { scale, eps: 0 }, batch).advantage);
		};
		const biased = [
			[2.3094, 2.8868],
			[0, -1.7321],
			[-1.1547, -0.5774],
			[-1.1547, -0.5774],
		];
		expect(distance(credit("sd0"), biased)).toBeLessThanOrEqual(5e-5);
		expect(
			distance(credit("sd1"), [
				[2, 2.5],
				[0, -1.5],
				[-1, -0.5],
				[-1, -0.5],
			]),
		).toBeLessThanOrEqual(1e-12);
	});

	it("uniform credit with an exact baseline has cosine 1/√T with the exact advantage", () => {
		// T fair choices between two tokens whose number of ones is the return: A = ±½, credit of every token R − V(prompt).
		const T = 16;
		const rng = Rng.of(3).fork("law");
		const estimate: number[] = [];
		const truth: number[] = [];
		for (let rollout = 0; rollout < 160 * 8; rollout++) {
			const advantages = Array.from({ length: T }, () => (rng.uniform() < 0.5 ? -0.5 : 0.5));
			const outcome = advantages.reduce((a, x) => a + x, 0);
			truth.push(...advantages);
			estimate.push(...advantages.map(() => outcome));
		}
		expect(Math.abs(creditCosine(estimate, truth) - 0.25)).toBeLessThanOrEqual(0.02);
	});
});
