import { InvalidInput } from "../core/errors";
import type { BatchTruth } from "../oracle/batchTruth";
import type { OracleMode } from "../oracle/truth";
import type { RolloutBatch } from "../rollouts/batch";
import type { ExperimentSpec } from "../spec/experiment";
import type { ExecutorLabel } from "../training/executor";
import type { FingerprintRecord } from "../training/runFile";
import { type Dtype, decodeFloats } from "./floats";
import { type FloatTensor, readSafetensors, type SafetensorsFile, writeSafetensors } from "./safetensors";

/** A run as it was, small enough to open with the page: curves of several seeds, and rollouts at some checkpoints of the first. */
export interface Recording {
	readonly preset: string;
	readonly spec: ExperimentSpec;
	/** What trained. */
	readonly label: ExecutorLabel;
	/** Fingerprints of the first seed. */
	readonly fingerprints: readonly FingerprintRecord[];
	readonly seeds: readonly number[];
	/** Name → one number a seed and training step `[S·steps]`. */
	readonly curves: Readonly<Record<string, Float64Array>>;
	/** Method → its error at each frame `[S·F]`, of each seed; NaN where there is nothing to be wrong about. */
	readonly errors: Readonly<Record<string, Float64Array>>;
	readonly frames: readonly RecordedFrame[];
	/** Parameters of each method in `errors` and in the frames. */
	readonly methods: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	/** Index of the frame to open with. */
	readonly opening: number;
}

/**
 * Rollouts of one training step, with what they were really worth and what methods said of them. Their `values`, if any, are means over
 * a few sampled continuations, as methods without a critic get them.
 */
export interface RecordedFrame {
	readonly step: number;
	readonly batch: RolloutBatch;
	readonly exact: BatchTruth;
	/** Method → advantage `[B·T]`; 0 where the mask is 0, NaN where not scored. */
	readonly credit: Readonly<Record<string, Float64Array>>;
}

const SCHEMA = "ascribe.recording/1";
/** Columns of a frame's batch, and whether they have one number a token or one a rollout. */
const TOKEN_COLUMNS = ["tokens", "actionMask", "rewards", "logProbs", "entropy"] as const;
const ROLLOUT_COLUMNS = ["lengths", "groupIds", "returns", "success", "truncated"] as const;

/**
 * A recording as a safetensors file of F32 tensors, so that any program can read it: `curve/<name>` [S, steps],
 * `error/<method>` [S, F], `batch/<column>` [F, B, T] or [F, B], `batch/prompt` [F, B, P] padded with −1,
 * `exact/advantage`, `exact/values`, `credit/<method>` [F, B, T], `frame/step` [F]. All frames have the same B and T.
 */
export function writeRecording(recording: Recording): Uint8Array {
	const { preset, spec, label, fingerprints, seeds, methods, frames, opening } = recording;
	const F = frames.length;
	const { B, T } = frames[0]!.batch;
	const S = seeds.length;
	const P = Math.max(...frames.map((f) => longestPrompt(f.batch)));
	const stacked = (name: string, shape: readonly number[], of: (frame: RecordedFrame) => ArrayLike<number>) => ({
		name,
		shape: [F, ...shape],
		values: frames.flatMap((frame) => Array.from(of(frame))),
	});
	const perSeed = (kind: string, table: Readonly<Record<string, Float64Array>>) =>
		Object.entries(table).map(([name, values]) => ({ name: `${kind}/${name}`, shape: [S, values.length / S], values }));
	const tensors: FloatTensor[] = [
		{ name: "frame/step", shape: [F], values: frames.map((f) => f.step) },
		...perSeed("curve", recording.curves),
		...perSeed("error", recording.errors),
		...TOKEN_COLUMNS.map((name) => stacked(`batch/${name}`, [B, T], ({ batch }) => batch[name]!)),
		...ROLLOUT_COLUMNS.map((name) => stacked(`batch/${name}`, [B], ({ batch }) => batch[name]!)),
		stacked("batch/prompt", [B, P], ({ batch }) => promptRows(batch, P)),
		...(frames.every((f) => f.batch.values) ? [stacked("batch/values", [B, T], ({ batch }) => batch.values!)] : []),
		stacked("exact/advantage", [B, T], ({ exact }) => exact.advantage),
		stacked("exact/values", [B, T], ({ exact }) => exact.values),
		...Object.keys(frames[0]!.credit).map((id) => stacked(`credit/${id}`, [B, T], ({ credit }) => credit[id]!)),
	];
	const header = { preset, spec, label, fingerprints, seeds, methods, opening, mode: frames[0]!.exact.mode };
	return writeSafetensors(tensors, { schema: SCHEMA, recording: JSON.stringify(header) });
}

/** Reads what `writeRecording` wrote. @throws InvalidInput naming what is missing. */
export function readRecording(bytes: Uint8Array, where: string): Recording {
	const file = readSafetensors(bytes, where);
	if (file.metadata.schema !== SCHEMA)
		throw new InvalidInput(
			`${where} is no recording: its schema is ${file.metadata.schema ?? "missing"}, not ${SCHEMA}.`,
		);
	const {
		mode,
		methods = {},
		...header
	} = JSON.parse(file.metadata.recording ?? "{}") as Omit<Recording, "curves" | "errors" | "frames"> & {
		readonly mode: OracleMode;
	};
	return {
		...header,
		methods,
		curves: namedTensors(file, "curve/"),
		errors: namedTensors(file, "error/"),
		frames: readFrames(file, mode, where),
	};
}

function readFrames(file: SafetensorsFile, mode: OracleMode, where: string): RecordedFrame[] {
	const column = (name: string) => numbersOf(file, name, where);
	const [F = 0, B = 0, T = 0] = file.tensors.get("batch/tokens")?.shape ?? [];
	const credit = namedTensors(file, "credit/");
	const columns = new Map([...TOKEN_COLUMNS, ...ROLLOUT_COLUMNS].map((name) => [name, column(`batch/${name}`)]));
	const sampled = file.tensors.has("batch/values") ? column("batch/values") : null;
	const [steps, prompts] = [column("frame/step"), column("batch/prompt")];
	const [advantage, values] = [column("exact/advantage"), column("exact/values")];
	return Array.from({ length: F }, (_, f) => {
		const perToken = (x: Float64Array) => x.slice(f * B * T, (f + 1) * B * T);
		const perRollout = (x: Float64Array) => x.slice(f * B, (f + 1) * B);
		const tokens = (name: (typeof TOKEN_COLUMNS)[number]) => perToken(columns.get(name)!);
		const rollouts = (name: (typeof ROLLOUT_COLUMNS)[number]) => perRollout(columns.get(name)!);
		return {
			step: steps[f]!,
			batch: {
				B,
				T,
				tokens: Int32Array.from(tokens("tokens")),
				actionMask: Uint8Array.from(tokens("actionMask")),
				rewards: tokens("rewards"),
				logProbs: tokens("logProbs"),
				entropy: tokens("entropy"),
				...(sampled ? { values: perToken(sampled) } : {}),
				lengths: Int32Array.from(rollouts("lengths")),
				groupIds: Int32Array.from(rollouts("groupIds")),
				returns: rollouts("returns"),
				success: Uint8Array.from(rollouts("success")),
				truncated: Uint8Array.from(rollouts("truncated")),
				...promptsOf(prompts, f, B, prompts.length / (F * B)),
				signals: {},
			},
			exact: { mode, advantage: perToken(advantage), values: perToken(values) },
			credit: Object.fromEntries(Object.entries(credit).map(([id, x]) => [id, perToken(x)])),
		};
	});
}

const longestPrompt = ({ promptOffsets, B }: RolloutBatch) =>
	Math.max(...Array.from({ length: B }, (_, b) => promptOffsets[b + 1]! - promptOffsets[b]!));

function promptRows({ promptTokens, promptOffsets, B }: RolloutBatch, P: number): number[] {
	return Array.from({ length: B }, (_, b) => {
		const prompt = [...promptTokens.subarray(promptOffsets[b], promptOffsets[b + 1])];
		return [...prompt, ...new Array<number>(P - prompt.length).fill(-1)];
	}).flat();
}

function promptsOf(rows: Float64Array, frame: number, B: number, P: number) {
	const prompts = Array.from({ length: B }, (_, b) =>
		[...rows.subarray((frame * B + b) * P, (frame * B + b + 1) * P)].filter((token) => token >= 0),
	);
	const promptOffsets = new Int32Array(B + 1);
	for (let b = 0; b < B; b++) promptOffsets[b + 1] = promptOffsets[b]! + prompts[b]!.length;
	return { promptTokens: Int32Array.from(prompts.flat()), promptOffsets };
}

/** Tensors whose names begin with `prefix`, by the rest of their names. */
function namedTensors(file: SafetensorsFile, prefix: string): Record<string, Float64Array> {
	const names = [...file.tensors.keys()].filter((name) => name.startsWith(prefix));
	return Object.fromEntries(names.map((name) => [name.slice(prefix.length), numbersOf(file, name, name)]));
}

/** Numbers of a tensor, NaN included: a token that was not scored has one. */
function numbersOf(file: SafetensorsFile, name: string, where: string): Float64Array {
	const tensor = file.tensors.get(name);
	const values = tensor && decodeFloats(tensor.dtype as Dtype, tensor.bytes);
	if (!values) throw new InvalidInput(`${where} has no numbers named ${name}.`);
	return values;
}
