import { Rng } from "../core/rng";
import { creditorOf } from "../credit/choice";
import { creditBy } from "../credit/run";
import { residualAfterScaling } from "../fidelity/residual";
import type { RecordedFrame, Recording } from "../formats/recording";
import { type BatchTruth, truthOfBatch } from "../oracle/batchTruth";
import { modelPolicy } from "../oracle/modelPolicy";
import type { OracleControl } from "../oracle/oracle";
import { rememberingPolicy } from "../oracle/rememberingPolicy";
import { sampledValues } from "../oracle/sampledValues";
import type { OracleMode } from "../oracle/truth";
import type { RolloutBatch } from "../rollouts/batch";
import { batchOfRollouts, tokensOf, variedRollouts } from "../rollouts/subBatch";
import type { Preset } from "../spec/experiment";
import { openSpec } from "../spec/registries";
import type { StepMetrics, TrainingExecutor, TrainingPlan } from "./executor";
import { planOf } from "./plan";
import { promptPool } from "./prompts";
import type { RunHost } from "./run";
import { spacedSteps } from "./spacedSteps";
import type { TapedStep } from "./tapedExecutor";
import { tapeRun } from "./tapeRun";

export interface RecordingOptions {
	readonly preset: Preset;
	readonly seeds: readonly number[];
	/** Methods whose credit is kept, with parameters where they differ from the defaults; the one that trains keeps its own, and its writers of rewards. */
	readonly methods: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	/** Continuations behind each value of a prefix. */
	readonly samples: number;
	/** Groups of each step whose rollouts are held against exact values: the errors are those of their tokens. */
	readonly judged: number;
	/** Frames at most, and groups of each that are kept. */
	readonly frames: number;
	readonly groups: number;
	readonly mode: OracleMode;
	createExecutor(plan: TrainingPlan): Promise<TrainingExecutor>;
	readonly host: RunHost;
	readonly control?: OracleControl;
	/** Called with a few words about what is being done. */
	onNote(text: string): void;
}

/** Curves of a recording: entries of `StepMetrics`. */
const RECORDED_CURVES = [
	"success",
	"meanReturn",
	"entropy",
	"klBehaviour",
	"gradientNorm",
	"deadGroups",
	"meanLength",
] as const satisfies readonly (keyof StepMetrics)[];

/**
 * Trains a preset once for each seed and keeps what a page needs to show it: every curve, the error of each method at
 * exponentially spaced steps over the judged groups, and of the first seed some groups of rollouts with exact values. Credit is always that
 * of the whole batch, except where it reads sampled values, which only the judged groups have.
 * @throws whatever a failed run threw; InvalidInput for methods that these rollouts do not suffice for.
 */
export async function makeRecording(options: RecordingOptions): Promise<Recording> {
	const { preset, seeds } = options;
	const { id, params } = preset.spec.method;
	const methods = { ...options.methods, [id]: params };
	const runs: SeedRun[] = [];
	for (const seed of seeds) runs.push(await recordSeed({ ...options, methods }, seed));
	const [first] = runs as [SeedRun];
	const table = <K extends string>(names: readonly K[], of: (run: SeedRun, name: K) => readonly number[]) =>
		Object.fromEntries(names.map((name) => [name, Float64Array.from(runs.flatMap((run) => of(run, name)))]));
	const { label, fingerprints } = first;
	const frames = framesOf(first.judged, options.groups);
	return {
		preset: preset.id,
		spec: openSpec(preset.spec).spec,
		label,
		fingerprints,
		seeds,
		methods,
		curves: table(RECORDED_CURVES, (run, name) => run.metrics.map((m) => m[name])),
		errors: table(Object.keys(methods), (run, id) => run.judged.map((j) => j.errors[id]!)),
		frames,
		opening: openingFrame(
			frames,
			first.metrics.map((m) => m.success),
		),
	};
}

interface SeedRun extends Pick<Recording, "label" | "fingerprints"> {
	readonly metrics: readonly StepMetrics[];
	readonly judged: readonly Judged[];
}

/** A step with the truth about every rollout and what methods said of them. */
interface Judged extends Omit<TapedStep, "credit"> {
	readonly exact: BatchTruth;
	readonly credit: Readonly<Record<string, Float64Array>>;
	readonly errors: Readonly<Record<string, number>>;
}

async function recordSeed(options: RecordingOptions, seed: number): Promise<SeedRun> {
	const { spec, task } = openSpec({ ...options.preset.spec, seed });
	const steps = new Set(spacedSteps(spec.steps, options.frames));
	options.onNote(`seed ${seed}: training ${spec.steps} steps`);
	const { events, tape } = await tapeRun({ spec, task }, steps, options);
	const pool = promptPool(task, spec);
	const { model, sampling } = planOf(spec, task, pool);
	const judged: Judged[] = [];
	for (const taped of tape) {
		options.onNote(`seed ${seed}: exact values of step ${taped.step}`);
		const parameters = Float64Array.from(taped.parameters);
		const policy = rememberingPolicy(modelPolicy(model, parameters, sampling.temperature));
		const rollouts = variedRollouts(taped.batch, options.judged);
		const batch = batchOfRollouts(taped.batch, rollouts, taped.batch.T);
		const question = { task, batch, policy, mode: options.mode, items: pool.train };
		const exact = await truthOfBatch(question, options.control);
		const rng = Rng.of(seed).fork("recorded-values").fork(taped.step);
		const values = await sampledValues({ ...question, samples: options.samples, rng });
		judged.push(judge(taped, rollouts, { ...batch, values }, exact, options));
	}
	const ready = events.find((event) => event.type === "ready")!;
	return {
		label: ready.label,
		fingerprints: events.flatMap((e) =>
			e.type === "fingerprint" ? [{ step: e.step, fingerprint: e.fingerprint }] : [],
		),
		metrics: events.flatMap((e) => (e.type === "step" ? [e.metrics] : [])),
		judged,
	};
}

/** Credit of the whole batch with the values of the judged rollouts, cut to these, beside the truth. */
function judge(
	taped: TapedStep,
	rollouts: readonly number[],
	batch: RolloutBatch,
	exact: BatchTruth,
	{ methods, preset }: RecordingOptions,
): Judged {
	const { T } = batch;
	const values = new Float64Array(taped.batch.B * T).fill(Number.NaN);
	for (const [i, b] of rollouts.entries()) values.set(batch.values!.subarray(i * T, (i + 1) * T), b * T);
	const credit = Object.entries(methods).map(([id, params]) => {
		const method = creditorOf(id === preset.spec.method.id ? preset.spec.method : { id });
		const { advantage } = creditBy(method, params, { ...taped.batch, values });
		return [id, tokensOf(advantage, T, rollouts, T)] as const;
	});
	const counted = [...batch.actionMask.keys()].filter((i) => batch.actionMask[i] === 1);
	const pick = (x: Float64Array) => Float64Array.from(counted, (i) => x[i]!);
	const truth = pick(exact.advantage);
	const errors = credit.map(([id, A]) => [id, residualAfterScaling(pick(A), truth)] as const);
	return { ...taped, batch, exact, credit: Object.fromEntries(credit), errors: Object.fromEntries(errors) };
}

/** Frames of equal shape: some groups of each step, as wide as the longest rollout of all. */
function framesOf(judged: readonly Judged[], groups: number): RecordedFrame[] {
	const width = Math.max(...judged.map(({ batch }) => Math.max(...batch.lengths)));
	return judged.map(({ step, batch, exact, credit }) => {
		const rollouts = variedRollouts(batch, groups);
		const cut = (x: Float64Array) => tokensOf(x, batch.T, rollouts, width);
		return {
			step,
			batch: batchOfRollouts(batch, rollouts, width),
			exact: { mode: exact.mode, advantage: cut(exact.advantage), values: cut(exact.values) },
			credit: Object.fromEntries(Object.entries(credit).map(([id, A]) => [id, cut(A)])),
		};
	});
}

/**
 * Index of the frame to open with: of those whose first group has different returns, the one at which the policy most nearly half can. There
 * is most to see. Where every first group is all equal, these decide as well.
 * @param success share of successes at each training step, from step 1 on.
 */
export function openingFrame(frames: readonly Pick<RecordedFrame, "step" | "batch">[], success: ArrayLike<number>) {
	const isEqual = ({ returns, groupIds }: RolloutBatch) =>
		returns.every((r, b) => r === returns[0] || groupIds[b] !== groupIds[0]);
	const distances = frames.map(({ step, batch }) => Math.abs(success[step - 1]! - 0.5) + (isEqual(batch) ? 1 : 0));
	return distances.indexOf(Math.min(...distances));
}
