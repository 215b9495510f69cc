import { describe, expect, it } from "vitest";
import { planOf } from "../../engine/training/plan";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { chooseRolloutOptions, predictRolloutMs } from "./rolloutChoice";

const coin = planOf(coinSpec(), coinTask);
const sized = (layers: number, width: number, vocabSize: number, maxResponseLength: number) => ({
	...coin,
	model: { ...coin.model, layers, width, vocabSize },
	prompts: 64,
	groupSize: 1,
	maxPromptLength: 1,
	maxResponseLength,
});

describe("options of a rollout plan", () => {
	it("predict what was measured on a software adapter within a third", () => {
		// Medians in Chromium on SwiftShader, two cores: 117 ms and 1,636 ms.
		expect(Math.abs(Math.log(predictRolloutMs(sized(2, 64, 32, 32), true) / 117))).toBeLessThanOrEqual(Math.log(4 / 3));
		expect(Math.abs(Math.log(predictRolloutMs(sized(4, 128, 64, 64), true) / 1636))).toBeLessThanOrEqual(
			Math.log(4 / 3),
		);
	});

	it("keep a batch in one submit unless it is predicted to take over 100 ms", () => {
		expect(chooseRolloutOptions(coin, true)).toEqual({ variant: "registers", submits: 1 });
		expect(chooseRolloutOptions(sized(4, 128, 64, 64), false)).toEqual({ variant: "lanes", submits: 1 });
		const large = sized(4, 128, 64, 64);
		const { submits } = chooseRolloutOptions(large, true);
		expect(predictRolloutMs(large, true) / submits).toBeLessThanOrEqual(100);
		expect(predictRolloutMs(large, true) / (submits - 1)).toBeGreaterThan(100);
		expect(chooseRolloutOptions(large, true, false).submits).toBe(1);
	});
});
