import type { Comparison } from "./comparison";
import { signed } from "./format";

/** One sentence that can be checked on screen: what the method did with the rollouts of this group; empty when there is nothing to say. */
export function insightOf({ batch, trained: row, members }: Comparison): string {
	const returns = members.map((b) => batch.returns[b] as number);
	const spread = members.map((b) => scoresOf(row.values, batch, b));
	const scored = spread.flat();
	if (scored.length === 0) return `${row.label} scored no token of this group.`;
	const equalReturns = returns.every((r) => r === returns[0]);
	const allZero = scored.every((v) => v === 0);
	if (members.length === 1 && allZero)
		return `This rollout is alone in its group, so ${row.label} has nothing to compare it with and pays nobody.`;
	if (equalReturns && allZero)
		return `Every rollout of this group returned ${signed(returns[0] as number)}, so ${row.label} has nothing to compare and pays nobody.`;
	const flat = spread.every((values) => values.every((v) => v === values[0]));
	if (flat && spread.some((values) => values.length > 1))
		return `${row.label} gives every token of a rollout the same credit: it says which rollout was good, not which token made it so.`;
	return "";
}

function scoresOf(values: Float64Array, batch: Comparison["batch"], b: number): number[] {
	const out: number[] = [];
	for (let t = 0; t < (batch.lengths[b] as number); t++) {
		const i = b * batch.T + t;
		if (batch.actionMask[i] === 1 && !Number.isNaN(values[i])) out.push(values[i] as number);
	}
	return out;
}
