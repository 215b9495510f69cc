import { expect, it } from "vitest";
import { PRESETS } from "../engine/spec/presets";
import { makeBatch } from "../testing/fakeTrainer";
import { Lab } from "./lab";

it("answers for each method in order: credit that adds up, or one sentence", async () => {
	const { batch } = makeBatch({ groups: 2, size: 4 });
	const spec = PRESETS[0]?.spec;
	if (!spec) throw new Error("There is no preset.");
	const answers = await new Lab().credit(spec, batch, ["rloo", "nonsense", "grpo"]);
	expect(answers.map((a) => [a.method, a.ok])).toEqual([
		["rloo", true],
		["nonsense", false],
		["grpo", true],
	]);
	expect(answers[1]).toMatchObject({ reason: expect.stringContaining('no method "nonsense"') });
	for (const answer of answers)
		if (answer.ok)
			for (let i = 0; i < batch.B * batch.T; i++) {
				const sum = Object.values(answer.credit.terms).reduce((total, term) => total + (term[i] as number), 0);
				expect(Math.abs(sum - (answer.credit.advantage[i] as number))).toBeLessThanOrEqual(1e-12);
			}
});
