import { InvalidInput } from "../core/errors";
import { isObject } from "../core/json";
import { type Maker, madeBy } from "../credit/madeBy";
import type { CreditResult, RolloutBatch } from "../rollouts/batch";

type Row = readonly (number | null)[];
interface Line extends Maker {
	readonly advantage: Row;
	readonly terms: Readonly<Record<string, Row>>;
	readonly weights?: Row;
	readonly cost: CreditResult["cost"];
}

/**
 * The credit of a batch from the lines that `creditRecords` writes, one a rollout in order; null is NaN, what was not scored.
 * @param where names the file in messages.
 * @throws InvalidInput when there are fewer lines than rollouts, or a line does not fit its rollout.
 */
export function readCredit(lines: readonly string[], batch: RolloutBatch, where: string): CreditResult {
	const read = Array.from({ length: batch.B }, (_, b) =>
		readLine(lines[b] ?? "", batch.lengths[b]!, `${where}, line ${b + 1}`),
	);
	const first = read[0]!;
	const rows = (rowOf: (line: Line) => Row | undefined) => {
		const out = new Float64Array(batch.B * batch.T);
		for (const [b, line] of read.entries())
			for (const [t, x] of (rowOf(line) ?? []).entries()) out[b * batch.T + t] = x ?? Number.NaN;
		return out;
	};
	const terms = Object.keys(first.terms).map((name) => [name, rows(({ terms }) => terms[name])] as const);
	return {
		...madeBy(first.method, first.params, first.rewards),
		advantage: rows(({ advantage }) => advantage),
		terms: Object.fromEntries(terms),
		mask: batch.actionMask.slice(),
		...(first.weights ? { weights: rows(({ weights }) => weights) } : {}),
		cost: first.cost,
	};
}

function readLine(text: string, length: number, where: string): Line {
	const line = parsed(text, where);
	const isRow = (x: unknown): x is Row =>
		Array.isArray(x) && x.length === length && x.every((n) => n === null || typeof n === "number");
	const { method, rewards, advantage, weights } = line;
	const [params, terms, cost] = [line.params, line.terms, line.cost].map((x) => x ?? {}) as [object, object, object];
	const rows = [advantage, ...Object.values(terms), ...(weights === undefined ? [] : [weights])];
	if (typeof method !== "string" || !rows.every(isRow))
		throw new InvalidInput(
			`${where} is no credit of its rollout: it needs a method, and rows of ${length} numbers, one a token.`,
		);
	if (rewards !== undefined && !isChain(rewards))
		throw new InvalidInput(`${where}: rewards must be a list of reward writers, each with an id and params.`);
	const { extraTokens = 0, modelCalls = 0 } = cost as Partial<CreditResult["cost"]>;
	return { ...line, method, params, terms, cost: { extraTokens, modelCalls } } as unknown as Line;
}

const isChain = (x: unknown): boolean =>
	Array.isArray(x) && x.every((one) => isObject(one) && typeof one.id === "string" && isObject(one.params));

function parsed(text: string, where: string): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
	} catch {
		// The sentence below says so, with the place.
	}
	throw new InvalidInput(`${where} is no JSON object with the credit of a rollout.`);
}
