import { InvalidInput } from "../core/errors";
import { largest } from "../core/extremes";
import { plural } from "../core/plural";
import type { RolloutBatch, Signal, SpanTable } from "../rollouts/batch";
import { groupKey, isAlone } from "./groups";
import { paidOf, sumOfRewards } from "./paid";
import { isPolicy, type NumberRow, type RolloutRecord, type StepRecord, type TurnRecord } from "./record";
import type { RolloutLine } from "./rolloutsJsonl";

/** The rollouts of one step as a batch; row b is line `lines[b]` of the file. */
export interface StepBatch {
	readonly batch: RolloutBatch;
	readonly lines: readonly number[];
}

export interface BatchesOf {
	readonly batches: readonly StepBatch[];
	/** What is odd in the file but does not stop the work, a sentence each. */
	readonly warnings: readonly string[];
}

/**
 * Batches of a file's rollouts, one a step; for groups see `groupKey`.
 * `reward` is the whole return; if only one of `reward` and `rewards` is given the other follows (paid on the last policy token). A reward
 * that is not known is NaN on a counted token and nothing elsewhere.
 * @throws InvalidInput for a rollout without any reward.
 */
export function batchesOf(lines: readonly RolloutLine[]): BatchesOf {
	const warnings: string[] = [...aloneOf(lines), ...lostOf(lines)];
	const bySteps = new Map<number | null, number[]>();
	lines.forEach(({ record }, i) => {
		const step = record.step ?? null;
		const members = bySteps.get(step);
		if (members) members.push(i);
		else bySteps.set(step, [i]);
	});
	const batches = [...bySteps.values()].map((members) => ({
		lines: members,
		batch: batchOf(
			members.map((i) => lines[i]!),
			warnings,
		),
	}));
	return { batches, warnings };
}

function aloneOf(lines: readonly RolloutLine[]): string[] {
	const alone = lines.filter(({ record }) => isAlone(record));
	if (alone.length === 0) return [];
	const others = alone.length > 1 ? ` (and ${plural(alone.length - 1, "other rollout")})` : "";
	return [
		`${alone[0]!.where}${others}: there is neither group nor prompt; such a rollout is a group of its own, compared with no other.`,
	];
}

/** Steps and turns that carry a number but no token that it could be credited to. */
function lostOf(lines: readonly RolloutLine[]): string[] {
	const lost = lines.flatMap(({ record, where }) =>
		(["steps", "turns"] as const).flatMap((name) =>
			(record[name] ?? []).flatMap((span: SpanRecord, i) =>
				isLost(span, record) ? [`${where}: ${name}, entry ${i} (tokens ${span.start} to ${span.end})`] : [],
			),
		),
	);
	if (lost.length === 0) return [];
	const others = lost.length > 1 ? ` (and ${plural(lost.length - 1, "other span")})` : "";
	return [`${lost[0]}${others} holds no token of the policy, so that its reward or label counts for no method.`];
}

const isLost = ({ start, end, actor, reward, label }: SpanRecord, { mask }: RolloutRecord): boolean =>
	(reward != null || label != null) && isPolicy(actor) && (mask ? !mask.slice(start, end).includes(1) : start === end);

function batchOf(lines: readonly RolloutLine[], warnings: string[]): RolloutBatch {
	const records = lines.map(({ record }) => record);
	const B = records.length;
	const T = largest(
		records.map(({ tokens }) => tokens.length),
		1,
	);
	const shape = { B, T };
	const actionMask = Uint8Array.from(tokenRows(records, shape, ({ tokens, mask }) => mask ?? tokens.map(() => 1), 0));
	const { rewards, returns } = rewardsOf(lines, shape, actionMask, warnings);
	const prompts = records.map(({ prompt }) => (typeof prompt === "string" ? [] : (prompt ?? [])));
	return {
		...shape,
		tokens: tokenIds(records, shape),
		actionMask,
		lengths: Int32Array.from(records, ({ tokens }) => tokens.length),
		promptTokens: Int32Array.from(prompts.flat()),
		promptOffsets: offsetsOf(prompts),
		groupIds: groupIdsOf(records),
		rewards,
		returns,
		truncated: Uint8Array.from(records, ({ done }) => (done === "limit" ? 1 : 0)),
		...optionalRows(records, shape),
		...(records.every(({ success }) => success !== undefined)
			? { success: Uint8Array.from(records, ({ success }) => (success ? 1 : 0)) }
			: {}),
		...(records.some(({ bootstrap }) => bootstrap !== undefined)
			? { bootstrap: Float64Array.from(records, ({ bootstrap }) => bootstrap ?? Number.NaN) }
			: {}),
		...parentsOf(lines, warnings),
		...(records.some(({ turns }) => turns) ? { turns: spanTable(records.map(({ turns }) => turns ?? [])) } : {}),
		...(records.some(({ steps }) => steps) ? { steps: spanTable(records.map(({ steps }) => steps ?? [])) } : {}),
		signals: signalsOf(records, shape),
		ids: records.map(({ id }) => id),
	};
}

interface Shape {
	readonly B: number;
	readonly T: number;
}

/** `[B·T]` from ragged rows; `absent` for rollouts without a row, NaN for null, 0 in the padding. */
function tokenRows(
	records: readonly RolloutRecord[],
	{ B, T }: Shape,
	of: (record: RolloutRecord) => NumberRow | undefined,
	absent: number,
): Float64Array {
	const out = new Float64Array(B * T);
	records.forEach((record, b) => {
		const row = of(record);
		for (let t = 0; t < record.tokens.length; t++) out[b * T + t] = row ? (row[t] ?? Number.NaN) : absent;
	});
	return out;
}

const OPTIONAL = [
	["logProbs", "logprobs"],
	["refLogProbs", "ref_logprobs"],
	["values", "values"],
	["entropy", "entropy"],
] as const;

function optionalRows(records: readonly RolloutRecord[], shape: Shape): Partial<RolloutBatch> {
	const present = OPTIONAL.filter(([, field]) => records.some((record) => record[field]));
	return Object.fromEntries(
		present.map(([name, field]) => [name, tokenRows(records, shape, (record) => record[field], Number.NaN)]),
	);
}

/** Ids as they are; strings numbered in order of appearance. */
function tokenIds(records: readonly RolloutRecord[], { B, T }: Shape): Int32Array {
	const numbers = new Map<string, number>();
	const out = new Int32Array(B * T);
	records.forEach(({ tokens }, b) => {
		tokens.forEach((token, t) => {
			if (typeof token === "string" && !numbers.has(token)) numbers.set(token, numbers.size);
			out[b * T + t] = typeof token === "string" ? numbers.get(token)! : token;
		});
	});
	return out;
}

function offsetsOf(rows: readonly (readonly unknown[])[]): Int32Array {
	const out = new Int32Array(rows.length + 1);
	rows.forEach((row, b) => {
		out[b + 1] = out[b]! + row.length;
	});
	return out;
}

function groupIdsOf(records: readonly RolloutRecord[]): Int32Array {
	const numbers = new Map<string, number>();
	return Int32Array.from(records, (record, b) => {
		const name = groupKey(record, b);
		const number = numbers.get(name) ?? numbers.size;
		numbers.set(name, number);
		return number;
	});
}

function rewardsOf(lines: readonly RolloutLine[], { B, T }: Shape, actionMask: Uint8Array, warnings: string[]) {
	const rewards = new Float64Array(B * T);
	const returns = new Float64Array(B);
	lines.forEach(({ record, where }, b) => {
		const { rewards: paid, reward, tokens } = record;
		const total = paid && sumOfRewards(record);
		const whole = reward ?? total;
		if (whole === undefined)
			throw new InvalidInput(
				`${where}: there is neither reward nor rewards that is a number; credit needs one of them.`,
			);
		returns[b] = whole;
		if (paid) rewards.set(paidOf(record), b * T);
		else if (tokens.length > 0) {
			const last = actionMask.subarray(b * T, b * T + tokens.length).lastIndexOf(1);
			rewards[b * T + (last < 0 ? tokens.length - 1 : last)] = whole;
		}
		if (total !== undefined && Math.abs(total - whole) > 1e-6 * Math.max(1, Math.abs(whole)))
			warnings.push(`${where}: rewards add up to ${total}, not to the reward of ${whole}.`);
	});
	return { rewards, returns };
}

function parentsOf(lines: readonly RolloutLine[], warnings: string[]): Partial<RolloutBatch> {
	if (!lines.some(({ record }) => record.parent)) return {};
	const rows = new Map(lines.map(({ record }, b) => [record.id, b]));
	// Ids are unique within a group only.
	const inGroups = new Map(lines.map(({ record }, b) => [`${groupKey(record, b)} ${record.id}`, b]));
	const parent = Int32Array.from(lines, ({ record, where }, b) => {
		if (!record.parent) return -1;
		const row = inGroups.get(`${groupKey(record, b)} ${record.parent.id}`) ?? rows.get(record.parent.id);
		if (row === undefined)
			warnings.push(`${where}: its parent ${JSON.stringify(record.parent.id)} is not among the rollouts of its step.`);
		return row ?? -1;
	});
	return { parent, branchAt: Int32Array.from(lines, ({ record }) => record.parent?.at ?? 0) };
}

type SpanRecord = StepRecord & Partial<TurnRecord> & { readonly duration?: number | null };

function spanTable(rows: readonly (readonly SpanRecord[])[]): SpanTable {
	const all = rows.flat();
	const column = (name: "reward" | "label" | "duration") =>
		all.some((span) => span[name] != null)
			? { [name]: Float64Array.from(all, (span) => span[name] ?? Number.NaN) }
			: {};
	return {
		offsets: offsetsOf(rows),
		start: Int32Array.from(all, ({ start }) => start),
		end: Int32Array.from(all, ({ end }) => end),
		actor: Uint8Array.from(all, ({ actor }) => (isPolicy(actor) ? 1 : 0)),
		...column("reward"),
		...column("label"),
		...column("duration"),
		...(all.some((span) => span.state_key != null)
			? { stateKeys: all.map((span) => (span.state_key == null ? null : String(span.state_key))) }
			: {}),
		...(all.some((span) => span.votes) ? { votes: all.map((span) => span.votes ?? null) } : {}),
	};
}

/** Signals of the records, named parts of the reward as `dims.<name>`, and `budget`. The levels follow from the length of the arrays. */
function signalsOf(records: readonly RolloutRecord[], shape: Shape): Record<string, Signal> {
	const names = new Set(records.flatMap(({ signals }) => Object.keys(signals ?? {})));
	const dims = new Set(records.flatMap(({ dims }) => Object.keys(dims ?? {})));
	const out: Record<string, Signal> = {};
	for (const name of names) out[name] = signalOf(name, records, shape);
	for (const name of dims) out[`dims.${name}`] = perRollout(records, ({ dims }) => dims?.[name]);
	if (records.some(({ budget }) => budget !== undefined)) out.budget = perRollout(records, ({ budget }) => budget);
	return out;
}

const given = { provider: "file", unit: "" };

function perRollout(records: readonly RolloutRecord[], of: (record: RolloutRecord) => number | undefined): Signal {
	return { ...given, level: "rollout", data: Float64Array.from(records, (record) => of(record) ?? Number.NaN) };
}

/** At the first level that its arrays fit; the further ones are for a method that asks for one of them. */
function signalOf(name: string, records: readonly RolloutRecord[], shape: Shape): Signal {
	const [first, ...otherwise] = fittingLevels(name, records, shape);
	if (first) return otherwise.length > 0 ? { ...first, otherwise } : first;
	throw new InvalidInput(
		`The signal "${name}" fits no level: its arrays must have one entry for each token, each step, each turn, or one in all.`,
	);
}

function fittingLevels(name: string, records: readonly RolloutRecord[], shape: Shape): Signal[] {
	const row = (record: RolloutRecord) => record.signals?.[name];
	const fits = (of: (record: RolloutRecord) => number) =>
		records.every((record) => row(record) === undefined || row(record)!.length === of(record));
	const levels: Signal[] = [];
	if (fits(({ tokens }) => tokens.length))
		levels.push({ ...given, level: "token", data: tokenRows(records, shape, row, Number.NaN) });
	for (const level of ["step", "turn"] as const) {
		const spans = (record: RolloutRecord) => (level === "step" ? record.steps : record.turns) ?? [];
		if (!fits((record) => spans(record).length)) continue;
		const data = records.flatMap((record) => row(record) ?? spans(record).map(() => null));
		levels.push({ ...given, level, data: Float64Array.from(data, (x) => x ?? Number.NaN) });
	}
	if (fits(() => 1)) levels.push(perRollout(records, (record) => row(record)?.[0] ?? undefined));
	return levels;
}
