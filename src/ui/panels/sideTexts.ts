import { plural } from "../../engine/core/plural";
import { inLine } from "../../engine/core/writing";
import type { CreditRow } from "../charts/creditStrip";
import type { Comparison } from "../comparison";
import { signed } from "../format";
import type { Span } from "../siblings/parts";

/** Tokens of a rollout as printable text; the beginning of a long one. */
export function textOf({ batch, tokens }: Pick<Comparison, "batch" | "tokens">, rollout: number, span: Span): string {
	const at = rollout * batch.T;
	const ids = batch.tokens.subarray(at + span.from, at + Math.min(span.to, span.from + LONGEST));
	return inLine(Array.from(ids, (id) => tokens[id] ?? `#${id}`));
}

/** Tokens of a text that is cut off on screen anyway. */
const LONGEST = 200;

/** Whether a rollout succeeded, and what it returned: `✓ +0.96`. */
export function verdictOf({ success, returns }: Comparison["batch"], rollout: number): string {
	const good = success?.[rollout];
	const mark = good === undefined ? "" : good === 1 ? "✓ " : "✗ ";
	return `${mark}${signed(returns[rollout] as number)}`;
}

/** Where two rollouts part, in words. @param shared tokens that both begin with. */
export function partingOf(
	shown: Pick<Comparison, "batch" | "tokens">,
	[left, right]: readonly [number, number],
	shared: number,
): string {
	const { lengths } = shown.batch;
	const [endsLeft, endsRight] = [left, right].map((b) => lengths[b] === shared);
	if (endsLeft && endsRight) return `Both wrote the same ${plural(shared, "token")}.`;
	const alike = shared > 0 ? `Alike for ${plural(shared, "token")}; then` : "From the first token on:";
	const does = (b: number) => {
		const text = textOf(shown, b, { from: shared, to: shared + 1 });
		const says = shown.batch.actionMask[b * shown.batch.T + shared] === 1 ? "wrote" : "was answered";
		return lengths[b] === shared ? `rollout ${b} had ended` : `rollout ${b} ${says} “${text}”`;
	};
	return `${alike} ${does(left)}, ${does(right)}.`;
}

/** Credit of all the policy's tokens of a span together; NaN where none was scored. */
export function paidFor(
	{ values }: Pick<CreditRow, "values">,
	{ T, actionMask }: Pick<Comparison["batch"], "T" | "actionMask">,
	rollout: number,
	{ from, to }: Span,
): number {
	let sum = Number.NaN;
	for (let i = rollout * T + from; i < rollout * T + to; i++) {
		const value = values[i] as number;
		if (actionMask[i] === 1 && !Number.isNaN(value)) sum = (Number.isNaN(sum) ? 0 : sum) + value;
	}
	return sum;
}
