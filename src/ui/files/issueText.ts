import { largest } from "../../engine/core/extremes";
import { plural } from "../../engine/core/plural";
import type { Finding } from "../../engine/lint/check";

/** What an issue says about the file beside the finding. */
export interface IssueContext {
	/** What wrote it, such as `verl rollout dump`. */
	readonly format: string;
	readonly rollouts: number;
	readonly groups: number;
	/** Id of the clearest case, and its training step; NaN where the file has none. */
	readonly worst: string;
	readonly step: number;
}

/**
 * A finding of Credit Lint as the Markdown of an issue for whoever maintains the trainer: what was seen, where, and why it matters. Texts of
 * the file stand in code, where Markdown means nothing.
 */
export function issueText(finding: Finding, { format, rollouts, groups, worst, step }: IssueContext): string {
	const at = Number.isNaN(step) ? "" : ` of step ${step}`;
	const lines = [
		`### ${finding.title}`,
		"",
		finding.message,
		"",
		`- Format: ${format}, ${plural(rollouts, "rollout")} in ${plural(groups, "group")}`,
		`- Rollouts concerned: ${finding.rows.length}; the clearest is ${code(worst)}${at}`,
		...(finding.thread ? [`- Looks like: ${finding.thread}`] : []),
		"",
		`Why it matters: ${finding.why}`,
		"",
		`Found by the check \`${finding.check}\` of Ascribe's Credit Lint.`,
	];
	return `${lines.join("\n")}\n`;
}

/** A code span whose fence is longer than any run of backticks inside. */
function code(text: string): string {
	const longest = largest(
		(text.match(/`+/g) ?? []).map((run) => run.length),
		0,
	);
	const fence = "`".repeat(longest + 1);
	const pad = longest > 0 ? " " : "";
	return `${fence}${pad}${text.replaceAll(/\s+/g, " ")}${pad}${fence}`;
}
