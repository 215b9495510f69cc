import { expect, it } from "vitest";
import { gradientText } from "./gradientText";

it("says one thing where both forms of the task agree, and the settings it holds for", () => {
	expect(gradientText({ door: "equal", apples: "equal" })).toBe("equal");
	expect(gradientText({ door: "scaled", apples: 0.994 })).toBe("a multiple of it; rewards on the way: cosine 0.994");
	expect(
		gradientText({
			params: { discount: 1 },
			signals: { keys: { key: "state" } },
			door: "groupMean",
			apples: "groupMean",
		}),
	).toBe("discount=1 keys.key=state: (G−1)/G of it");
});
