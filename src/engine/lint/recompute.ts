import { AscribeError } from "../core/errors";
import type { AnyMethod } from "../credit/method";
import { atNeededLevels } from "../credit/needs";
import { METHODS } from "../credit/registry";
import { creditBy } from "../credit/run";
import type { RolloutRecord } from "../formats/record";
import { batchesOf, type StepBatch } from "../formats/recordsBatch";
import { agrees } from "./agreement";
import type { LintInput } from "./check";
import { theirCredit } from "./facts";

/** A method with parameters, and how its credit agrees with the file's. */
export interface Explanation {
	readonly method: string;
	/** Name of the parameters where they are a preset's. */
	readonly preset: string | null;
	readonly params: Readonly<Record<string, unknown>>;
	/** Share of the counted tokens on which both agree up to `agrees`, relative to the batch's largest advantage. */
	readonly share: number;
	/** Tokens on which they agree. */
	readonly agreed: number;
	/** Largest difference over those, as a part of the batch's largest advantage. */
	readonly gap: number;
	/** First token, in the order of the file, on which they do not. */
	readonly mismatch: Mismatch | null;
}

/** A token with two advantages. */
export interface Mismatch {
	readonly row: number;
	readonly token: number;
	readonly theirs: number;
	readonly ours: number;
}

/** What is known of the advantages that a file carries. */
export interface Recomputed {
	/** What the file calls them. */
	readonly theirs: string;
	/** The best of all methods and normaliser options. */
	readonly best: Explanation;
	/** The methods and presets that the file cannot tell from it, the plainest first: itself, and who fits as well within the file's digits. */
	readonly alike: readonly Explanation[];
	/** Rows with tokens on which `best` does not agree. */
	readonly differing: readonly number[];
	/** Where the file names a registered method: that method at its defaults. */
	readonly named: Explanation | null;
	/** Tokens compared. */
	readonly tokens: number;
}

/** Rollouts looked at, and what is left of the last group: options multiply, and a thousand tell what a million would. */
const MOST_ROLLOUTS = 1024;

/**
 * Recomputes the advantages of a file with every registered method whose inputs it carries, at every preset, and with the normaliser
 * options of GRPO in all combinations: which of them would explain the numbers in the file?
 * @returns null where the file carries no advantages, no reward, or nothing to compare.
 */
export function explainCredit(input: LintInput): Recomputed | null {
	const records = input.rows.map(({ record }) => record);
	const places = new Map(input.rows.map(({ row }, i) => [row, i]));
	const rows: number[] = [];
	for (const { members } of input.groups) {
		if (rows.length >= MOST_ROLLOUTS) break;
		// A reward that is not known, or a rollout that is not at hand, leaves the credit of its whole group unknown.
		if (!members.every(({ row, facts }) => places.has(row) && Number.isFinite(facts.reward))) continue;
		for (const { row } of members) if (theirCredit(records[places.get(row)!]!)) rows.push(places.get(row)!);
	}
	if (rows.length === 0) return null;
	rows.sort((a, b) => a - b);
	const batches = batchesFrom(rows.map((row) => records[row]!));
	if (!batches) return null;
	const theirs = theirCredit(records[rows[0]!]!)!.method;
	const compare = (candidate: Candidate) => agreement(candidate, batches, records, rows);
	const found = candidates().flatMap((candidate) => compare(candidate) ?? []);
	const alike = fittingBest(found);
	const best = alike[0];
	if (!best) return null;
	const method = METHODS.find(({ id }) => id === theirs);
	const { tokens, rows: differing, ...explanation } = best;
	const named = method ? compare({ method, preset: null, params: {} }) : null;
	return { theirs, best: explanation, alike, differing, named, tokens };
}

/** Rounding of a trainer's float32, as a part of the largest advantage. */
const FLOAT32 = 1e-7;

/**
 * Those that agree on most tokens and, there, differ least. The smallest difference is what the file's digits leave; who differs by no more
 * than twice that could have written the file as well. A method at its defaults counts where none of its presets does, options
 * of GRPO where none of the plainest methods fits as it stands.
 */
function fittingBest(found: readonly Compared[]): Compared[] {
	const agreed = Math.max(...found.map((f) => f.agreed));
	const most = found.filter((f) => f.agreed === agreed);
	const gap = Math.min(...most.map((f) => f.gap));
	const fitting = most.filter((f) => f.gap <= 2 * gap + FLOAT32);
	const presets = fitting.filter((f) => f.preset !== null);
	const known = fitting.filter(
		(f) => f.preset !== null || (isDefault(f) && !presets.some(({ method }) => method === f.method)),
	);
	// The first is the plainest of all; where it is none of these, options of GRPO that no preset has.
	return fitting.slice(0, 1).concat(known.filter((f) => f !== fitting[0]));
}

const isDefault = ({ preset, params }: Explanation): boolean => preset === null && Object.keys(params).length === 0;

interface Candidate {
	readonly method: AnyMethod;
	readonly preset: string | null;
	readonly params: Readonly<Record<string, unknown>>;
}
interface Compared extends Explanation {
	readonly tokens: number;
	/** Rows with a mismatch. */
	readonly rows: readonly number[];
}

/** Where several methods give the same numbers, the plainest is named. */
const PLAINEST = ["grpo", "drGrpo", "rloo", "reinforce"];

/**
 * In the order in which they are named where several fit: the plainest methods with their presets, so that a known implementation is named
 * before options that happen to do the same; the options of GRPO; all other methods.
 */
function candidates(): Candidate[] {
	const presetsOf = (method: AnyMethod): Candidate[] => [
		...Object.entries(method.presets).map(([preset, params]) => ({ method, preset, params })),
		{ method, preset: null, params: {} },
	];
	const plainest = PLAINEST.flatMap((id) => METHODS.filter((method) => method.id === id));
	const others = METHODS.filter(({ id }) => !PLAINEST.includes(id));
	const options = METHODS.filter(({ id }) => id === "grpo").flatMap((method) =>
		normaliserOptions().map((params) => ({ method, preset: null, params })),
	);
	return [...plainest.flatMap(presetsOf), ...options, ...others.flatMap(presetsOf)];
}

function normaliserOptions(): Record<string, unknown>[] {
	const options = {
		center: ["mean", "loo", "none"],
		scale: ["sd1", "sd0", "none"],
		eps: [1e-8, 1e-6, 1e-5, 1e-4],
		singleton: ["zero", "raw"],
	};
	return Object.entries(options).reduce<Record<string, unknown>[]>(
		(all, [name, values]) => all.flatMap((given) => values.map((value) => ({ ...given, [name]: value }))),
		[{}],
	);
}

function batchesFrom(records: readonly RolloutRecord[]): readonly StepBatch[] | null {
	try {
		return batchesOf(records.map((record, i) => ({ record, where: `rollout ${i}` }))).batches;
	} catch (error) {
		if (error instanceof AscribeError) return null;
		throw error;
	}
}

/** Null where the method cannot say anything of these rollouts. */
function agreement(
	{ method, preset, params }: Candidate,
	batches: readonly StepBatch[],
	records: readonly RolloutRecord[],
	rows: readonly number[],
): Compared | null {
	let [tokens, agreed, gap] = [0, 0, 0];
	let mismatch: Mismatch | null = null;
	const differing = new Set<number>();
	for (const { batch, lines } of batches) {
		const ours = attempt(() => creditBy(method, params, atNeededLevels(batch, method, params)).advantage);
		if (!ours) return null;
		const largest = lines.reduce(
			(most, line) =>
				theirCredit(records[rows[line]!]!)!.row.reduce<number>((m, a) => Math.max(m, Math.abs(a ?? 0)), most),
			0,
		);
		lines.forEach((line, b) => {
			const row = rows[line]!;
			theirCredit(records[row]!)!.row.forEach((their, token) => {
				if (their === null || !batch.actionMask[b * batch.T + token]) return;
				tokens += 1;
				const our = ours[b * batch.T + token]!;
				if (agrees(our, their, largest)) {
					agreed += 1;
					gap = Math.max(gap, Math.abs(our - their) / Math.max(largest, Number.MIN_VALUE));
					return;
				}
				differing.add(row);
				if (!mismatch || row < mismatch.row) mismatch = { row, token, theirs: their, ours: our };
			});
		});
	}
	if (tokens === 0) return null;
	const share = agreed / tokens;
	return { method: method.id, preset, params, share, agreed, gap, mismatch, tokens, rows: [...differing] };
}

function attempt<T>(work: () => T): T | null {
	try {
		return work();
	} catch (error) {
		if (error instanceof AscribeError) return null;
		throw error;
	}
}
