import { expect, it } from "vitest";
import type { RolloutBatch } from "../engine/rollouts/batch";
import { PRESETS } from "../engine/spec/presets";
import { makeBatch } from "../testing/fakeTrainer";
import { comparisonOf } from "./comparison";
import { factsOf } from "./tokenFacts";

const made = makeBatch({ groups: 1, size: 4, T: 3 });
/** Four rollouts of one group: 0, 1 and 2 start with token 5; 0 and 1 go on with 6, 2 with 7; 3 starts with 1. */
const batch: RolloutBatch = {
	...made.batch,
	tokens: Int32Array.of(5, 6, 2, 5, 6, 3, 5, 7, 2, 1, 6, 2),
	actionMask: new Uint8Array(12).fill(1),
	lengths: Int32Array.of(3, 3, 3, 3),
	returns: Float64Array.of(1, 0, 1, 0.5),
	success: Uint8Array.of(1, 0, 1, 0),
};
const latest = { step: 1, batch, credit: made.credit, spec: PRESETS[0]!.spec };
const plain = (rollout: number, token: number, shown = comparisonOf(latest, 0)) =>
	Object.fromEntries(factsOf(shown, rollout, token).map(({ name, value }) => [name, value]));

it("says how siblings came out that read the same so far, by what they wrote", () => {
	expect(plain(0, 1)).toMatchObject({
		"Siblings that wrote this here": "0 of 1 won",
		"Siblings that wrote another": "1 of 1 won",
	});
	// Only rollout 1 shares the first two tokens, and it ends in another one.
	expect(plain(0, 2)["Siblings that wrote this here"]).toBeUndefined();
	expect(plain(0, 2)["Siblings that wrote another"]).toBe("0 of 1 won");
	const { success: _, ...untold } = batch;
	const unknown = comparisonOf({ ...latest, batch: untold }, 0);
	expect(plain(3, 0, unknown)["Siblings that wrote another"]).toBe("mean return +0.667 of 3");
});

it("says what the rollout was really worth before and after, where that is known", () => {
	expect(plain(0, 1)["Exact value after"]).toBeUndefined();
	const truth = { V: Float64Array.of(0.5, 0.61, 0.12, 0), advantage: Float64Array.of(0.11, -0.49, -0.12) };
	const answer = { ok: true, truths: [truth, truth, truth, truth], mode: "enumerate", uncertainty: 0 } as never;
	const known = comparisonOf(latest, 0, null, [], { of: latest, groups: new Map([[0, answer]]) });
	expect(plain(0, 1, known)).toMatchObject({ "Exact value before": "+0.610", "Exact value after": "+0.120" });
});
