import { grouped } from "../engine/core/plural";
import type { RolloutBatch } from "../engine/rollouts/batch";
import type { ExactAnswer } from "../workers/labApi";
import { creditScale } from "./charts/creditScale";
import type { CreditRow } from "./charts/creditStrip";
import { significant } from "./format";

export const EXACT_ROW = "exact";
type Known = Extract<ExactAnswer, { ok: true }>;

/** The row of the exact advantage of a group's rollouts; pending while it is worked out (`answer` null). */
export function exactRow(batch: RolloutBatch, members: readonly number[], answer: Known | null): CreditRow {
	const values = new Float64Array(batch.B * batch.T).fill(Number.NaN);
	answer?.truths.forEach(({ advantage }, i) => {
		values.set(advantage, (members[i] as number) * batch.T);
	});
	return {
		id: EXACT_ROW,
		label: answer ? labelOf(answer) : "exact",
		note: answer ? sentenceOf(answer) : "Being worked out",
		pending: answer === null,
		values,
		terms: {},
		scale: creditScale(values),
	};
}

const labelOf = ({ mode, uncertainty }: Known) => {
	const width = uncertainty > 0 ? ` \u00b1${significant(uncertainty)}` : "";
	return `${mode === "montecarlo" ? "sampled" : "exact"}${width}`;
};

/** How the values were found and how sure they are. */
export function sentenceOf({ mode, uncertainty, truths }: Known): string {
	const { prefixes = 0, sampledTokens = 0 } = truths[0]?.cost ?? {};
	const width = significant(uncertainty);
	if (mode === "bestfirst")
		return `True advantage under the policy that sampled these, certainly within \u00b1${width}: the most probable ${grouped(prefixes)} prefixes were opened.`;
	if (mode === "montecarlo")
		return `Sampled advantage under the policy that sampled these, within \u00b1${width} at 95 %: ${grouped(sampledTokens)} tokens were drawn.`;
	const all = prefixes > 0 ? `all ${grouped(prefixes)}` : "all";
	return `True advantage under the policy that sampled these: ${all} undecided prefixes were enumerated.`;
}
