import { expect, it } from "vitest";
import type { Finding } from "../../engine/lint/check";
import { issueText } from "./issueText";

const finding: Finding = {
	check: "creditOffMask",
	title: "Credit on tokens that the policy did not write",
	message: "3 masked tokens in 1 rollout carry credit that is not zero.",
	why: "The policy is trained to predict its environment.",
	harm: "wrong",
	thread: "https://github.com/verl-project/verl/issues/4814",
	share: 0.5,
	rows: [2],
	worst: 2,
};
const context = { format: "verl rollout dump", rollouts: 8, groups: 2, worst: "a`b", step: 30 };

it("says what was seen, in which file and where, with the thread; texts of the file are code", () => {
	const text = issueText(finding, context);
	expect(text).toContain("### Credit on tokens that the policy did not write\n\n3 masked tokens");
	expect(text).toContain("- Format: verl rollout dump, 8 rollouts in 2 groups\n");
	expect(text).toContain("the clearest is `` a`b `` of step 30\n");
	expect(text).toContain("- Looks like: https://github.com/verl-project/verl/issues/4814\n");
	const { thread: _, ...alone } = finding;
	const bare = issueText(alone, { ...context, worst: "x", step: Number.NaN });
	expect(bare).not.toContain("Looks like");
	expect(bare).toContain("the clearest is `x`\n");
});
