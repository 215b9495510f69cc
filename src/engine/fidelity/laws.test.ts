import { describe, expect, it } from "vitest";
import { creditCosine } from "../../testing/creditCosine";
import { Rng } from "../core/rng";
import { grpo } from "../credit/methods/grpo";
import { reinforce } from "../credit/methods/reinforce";
import { tempo } from "../credit/methods/tempo";
import { creditBy } from "../credit/run";
import { batchOf, distance, ragged, rolloutSignal } from "../credit/testing";

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
		const tokens = Array.from({ length: 160 * 8 }, () =>
			Array.from({ length: T }, () => (rng.uniform() < 0.5 ? 0 : 1)),
		);
		const paid = tokens.map((row, b) => {
			const reward = row.reduce<number>((a, x) => a + x, 0);
			return { tokens: row, rewards: row.map((_, t) => (t === T - 1 ? reward : 0)), group: Math.floor(b / 8) };
		});
		const batch = batchOf(paid, { signals: { runningReturn: rolloutSignal(tokens.map(() => T / 2)) } });
		const uniform = creditBy(reinforce, { center: "running" }, batch).advantage;
		const truth = tokens.flatMap((row) => row.map((x) => x - 0.5));
		expect(Math.abs(creditCosine([...uniform], truth) - 0.25)).toBeLessThanOrEqual(0.02);
		// The group's own mean and deviation in place of the exact baseline: .88 to .95 of the law.
		const grouped = creditCosine([...creditBy(grpo, {}, batch).advantage], truth);
		expect(grouped).toBeGreaterThanOrEqual(0.88 * 0.25 - 0.02);
		expect(grouped).toBeLessThanOrEqual(0.95 * 0.25 + 0.02);
	});
});
