import type { RewardChoice } from "../engine/credit/method";
import { METHODS } from "../engine/credit/registry";
import { withRewards } from "../engine/credit/rewards/compose";
import { creditBy, presetOf } from "../engine/credit/run";
import { ragged } from "../engine/credit/testing";
import type { RolloutRecord } from "../engine/formats/record";
import { batchesOf } from "../engine/formats/recordsBatch";
import { LOSSES, lossConfig } from "../engine/losses/registry";
import { type SurrogateInput, surrogate } from "../engine/losses/surrogate";
import type { RolloutBatch } from "../engine/rollouts/batch";
import { annotated, rows } from "../engine/signals/testing";
import { findEntry } from "../engine/spec/resolveSpec";

/** What functions of a released implementation gave when they were run on these rollouts. */
export interface ReleasedRuns {
	/** `owner/name` on GitHub, and the commit whose files were run. */
	readonly repository: string;
	readonly commit: string;
	readonly batches: readonly (readonly LossRecord[])[];
	readonly credit: readonly ReleasedCredit[];
	readonly losses: readonly ReleasedLoss[];
	readonly signals?: readonly ReleasedSignal[];
}

interface LossRecord extends RolloutRecord {
	readonly mask: readonly number[];
	readonly new_logprobs?: readonly number[];
}

interface ReleasedRun {
	/** Which of `batches`. */
	readonly batch: number;
	/** The released function, or several in turn. */
	readonly function: string;
	/** What is asked of ours beyond its preset. */
	readonly params?: Readonly<Record<string, unknown>>;
}

export interface ReleasedCredit extends ReleasedRun {
	readonly method: string;
	readonly preset: string;
	/** Writers of rewards that stand before the method. */
	readonly rewards?: readonly RewardChoice[];
	/** null where a token is not in the release's loss. */
	readonly advantage: readonly (readonly (number | null)[])[];
}

export interface ReleasedLoss extends ReleasedRun {
	readonly loss: string;
	readonly preset: string;
	/** Name of the column that was taken for the advantage. */
	readonly advantage: string;
	readonly value: number;
	readonly dlogp: readonly (readonly number[])[];
}

/** What a release learns, where it learns by what its own objective says and we solve. */
export interface ReleasedSignal extends ReleasedRun {
	readonly provider: string;
	readonly signal: string;
	readonly values: readonly (readonly number[])[];
}

/** Largest difference from the release, relative to the largest magnitude it gave; infinite where one has a number and the other none. */
export function creditDifference(runs: ReleasedRuns, run: ReleasedCredit): number {
	const { method: id, preset, params, rewards = [], advantage } = run;
	const method = findEntry(METHODS, id, "method");
	const batch = batchOf(runs, run);
	const given = { ...presetOf(method, preset), ...params };
	return relative(
		ragged(batch, creditBy(withRewards(method, rewards), given, batch).advantage).flat(),
		advantage.flat().map((a) => a ?? Number.NaN),
	);
}

/** The same of a signal. */
export function signalDifference(runs: ReleasedRuns, run: ReleasedSignal): number {
	const { batch } = annotated(run.provider, batchOf(runs, run), run.params);
	return relative(rows(batch, run.signal).flat(), run.values.flat());
}

function batchOf({ batches }: ReleasedRuns, { batch }: ReleasedRun): RolloutBatch {
	const lines = batches[batch]!.map((record) => ({ record, where: record.id }));
	return batchesOf(lines).batches[0]!.batch;
}

/** The same of a loss: of its value, and of dL/dlogp. */
export function lossDifference(runs: ReleasedRuns, run: ReleasedLoss): { value: number; gradient: number } {
	const records = runs.batches[run.batch]!;
	const width = Math.max(...records.map(({ tokens }) => tokens.length));
	const given = { ...findEntry(LOSSES, run.loss, "loss").presets[run.preset]!, ...run.params };
	const { loss, dlogProbs } = surrogate(lossConfig(run.loss, given, width), inputOf(records, run.advantage));
	return {
		value: relative([loss, ...run.dlogp.flat()], [run.value, ...run.dlogp.flat()]),
		gradient: relative(
			Array.from(dlogProbs),
			counted(records, (_, b, t) => run.dlogp[b]![t]!),
		),
	};
}

/** One number for each token with mask 1, in order. */
const counted = (records: readonly LossRecord[], of: (record: LossRecord, b: number, t: number) => number) =>
	records.flatMap((record, b) => record.mask.flatMap((m, t) => (m === 1 ? [of(record, b, t)] : [])));

function inputOf(records: readonly LossRecord[], advantage: string): SurrogateInput {
	const column = (name: string) =>
		Float64Array.from(counted(records, (record, _, t) => (record[name] as readonly number[])[t]!));
	const rows = Int32Array.from(counted(records, (_, b) => b));
	return {
		B: records.length,
		rows,
		logProbs: column("new_logprobs"),
		oldLogProbs: column("logprobs"),
		refLogProbs: records[0]!.ref_logprobs ? column("ref_logprobs") : null,
		entropy: new Float64Array(rows.length),
		advantage: column(advantage),
		items: Int32Array.from(
			counted(records, ({ steps = [] }, _, t) => steps.findIndex(({ start, end }) => start <= t && t < end)),
		),
	};
}

function relative(got: readonly number[], want: readonly number[]): number {
	if (got.length !== want.length) return Infinity;
	// Below that a release that should give 0 gives what rounding left.
	const largest = Math.max(1e-3, ...want.filter((w) => !Number.isNaN(w)).map(Math.abs));
	return got.reduce((worst, x, i) => {
		const w = want[i]!;
		if (Number.isNaN(x) || Number.isNaN(w)) return Number.isNaN(x) && Number.isNaN(w) ? worst : Infinity;
		return Math.max(worst, Math.abs(x - w) / largest);
	}, 0);
}
