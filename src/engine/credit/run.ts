import { InvalidInput, MissingSignal } from "../core/errors";
import type { CreditResult, RolloutBatch } from "../rollouts/batch";
import { resolveParams } from "../spec/params";
import { findEntry } from "../spec/resolveSpec";
import { CpuOps } from "./cpuOps";
import { checkEstimate } from "./estimateCheck";
import { madeBy } from "./madeBy";
import { type AnyMethod, type Creditor, type Need, nameOf } from "./method";
import { carries, describeNeed, needKey } from "./needs";
import { METHODS } from "./registry";

/**
 * Credit of a registered method on one batch, in float64.
 * @returns `advantage` = Σ `terms`; 0 where the mask is 0; NaN where the method does not score a policy token.
 * @throws InvalidInput for an unknown method or parameter; MissingSignal when the batch lacks what the method reads.
 */
export function creditOf(id: string, params: Readonly<Record<string, unknown>>, batch: RolloutBatch): CreditResult {
	return creditBy(findEntry(METHODS, id, "method"), params, batch);
}

/** Credit of a method that need not be registered, and that may stand behind writers of rewards. */
export function creditBy(
	method: Creditor,
	given: Readonly<Record<string, unknown>>,
	batch: RolloutBatch,
	ops = new CpuOps(batch),
): CreditResult {
	const params = resolveParams(method.params, given, `method ${method.id}`);
	checkNeeds(method, method.needs(params), batch);
	const estimate = method.estimate(params);
	checkEstimate(method.id, estimate);
	const { terms, scored, weights } = estimate;
	ops.prepare([...Object.values(terms), ...(scored ? [scored] : []), ...(weights ? [weights] : [])]);
	const counts = scored && ops.value(scored);
	const finish = (x: Float64Array) =>
		x.map((v, i) => (batch.actionMask[i] ? (counts && counts[i] === 0 ? Number.NaN : v + 0) : 0));
	const named = Object.entries(terms).map(([name, term]) => [name, finish(ops.value(term))] as const);
	return {
		...madeBy(method.id, params, method.rewards),
		advantage: sumOf(
			named.map(([, x]) => x),
			batch.B * batch.T,
		),
		terms: Object.fromEntries(named),
		mask: batch.actionMask.slice(),
		...(weights ? { weights: finish(ops.value(weights)) } : {}),
		cost: { extraTokens: 0, modelCalls: 0 },
	};
}

function sumOf(terms: readonly Float64Array[], size: number): Float64Array {
	const out = new Float64Array(size);
	for (const term of terms) for (let i = 0; i < size; i++) out[i]! += term[i]!;
	return out;
}

/** Parameter values of a named preset. @throws InvalidInput that names the presets there are. */
export function presetOf(method: AnyMethod, name: string): Readonly<Record<string, unknown>> {
	if (Object.hasOwn(method.presets, name)) return method.presets[name]!;
	const known = Object.keys(method.presets).join(", ") || "none";
	throw new InvalidInput(`Method ${method.id} has no preset "${name}"; it has: ${known}.`);
}

/** @throws MissingSignal for the first need that the batch does not meet. */
export function checkNeeds(
	method: Pick<Creditor, "id" | "rewards">,
	needs: readonly Need[],
	batch: RolloutBatch,
): void {
	for (const need of needs) {
		if (carries(need, batch)) continue;
		const what = describeNeed(need, batch);
		throw new MissingSignal(needKey(need), `${nameOf(method)} needs ${what}, and the rollouts carry none.`);
	}
}
