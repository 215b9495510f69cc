import { InvalidInput } from "../../engine/core/errors";
import { creditorOf } from "../../engine/credit/choice";
import { type Maker, madeBy } from "../../engine/credit/madeBy";
import { nameOf } from "../../engine/credit/method";
import type { CreditResult, RolloutBatch } from "../../engine/rollouts/batch";
import { type Tabulated, tabulateSignals, tabulationContext } from "../../engine/signals/tabulated";
import { buildTask } from "../../engine/spec/buildTask";
import { resolveParams } from "../../engine/spec/params";
import { TASKS } from "../../engine/tasks/registry";
import type { Objective } from "../../engine/training/cpuExecutor";
import type { TrainingPlan } from "../../engine/training/executor";
import { signalsOf } from "../../engine/training/objective";
import { type CreditBuffers, type CreditOptions, type CreditPlan, createCreditPlan } from "../credit/creditPlan";
import { shapeOfTables } from "../credit/tabulatedShape";
import type { DispatchCompiler } from "../device/dispatch";
import { USAGE } from "../device/usage";
import type { LossCredit } from "../loss/lossPlan";
import { RECORD, ROWS, type RolloutBuffers, type RolloutShape } from "../rollout/rolloutBuffers";
import { type CreditSignals, createCreditSignals, type SignalSources } from "./creditSignals";

/** Credit of a training plan where the loss finds it. */
export interface GpuCredit {
	/** Null: the processor computes it, and `write` brings it here. */
	readonly plan: CreditPlan | null;
	readonly at: LossCredit;
	/** Why the processor computes; empty on the device. */
	readonly note: string;
	/** What it reads beside the rollouts; null for nothing, and where the processor computes. */
	readonly signals: CreditSignals | null;
	/** What the device computed, from a copy of the buffer. */
	decode(words: Uint32Array<ArrayBuffer>, batch: RolloutBatch): CreditResult;
	write(credit: CreditResult, batch: RolloutBatch): void;
	dispose(): void;
}

/** Rollouts as credit reads them. */
export function creditBuffers(plan: TrainingPlan, shape: RolloutShape, buffers: RolloutBuffers): CreditBuffers {
	const { valueHead } = plan.model;
	const token = (section: keyof typeof RECORD) => RECORD[section] * shape.tokenSection;
	const row = (section: keyof typeof ROWS) => ROWS[section] * shape.rowSection;
	const record = {
		tokens: token("tokens"),
		states: token("states"),
		mask: token("mask"),
		logProbs: token("logProbs"),
		entropy: token("entropy"),
		rewards: token("rewards"),
		...(valueHead ? { values: token("values") } : {}),
		...(plan.reference ? { refLogProbs: token("refLogProbs") } : {}),
	};
	const rows = {
		length: row("length"),
		success: row("success"),
		truncated: row("truncated"),
		returns: row("returns"),
		...(valueHead ? { bootstrap: row("bootstrap") } : {}),
	};
	return { record: buffers.record, rows: buffers.rows, sections: { record, rows } };
}

/**
 * What the method reads beyond the rollouts is looked up on the device where tables hold it; otherwise the processor computes.
 * @throws InvalidInput for an unknown method or parameter.
 */
export async function createGpuCredit(
	compiler: DispatchCompiler,
	plan: TrainingPlan,
	sources: SignalSources,
	buffers: CreditBuffers,
	objective: Objective,
	options: CreditOptions,
): Promise<GpuCredit> {
	const method = creditorOf(plan.method);
	const params = resolveParams(method.params, plan.method.params, `method ${method.id}`);
	const { shape } = sources;
	const tables = objective.annotate ? tablesOf(plan) : [];
	if (!tables)
		return onHost(compiler.device, shape, `${nameOf(method)} reads signals that are computed on the processor.`);
	try {
		const spans = tables.length > 0 ? shapeOfTables(tables) : {};
		const sizes = { B: shape.B, T: shape.T, groupSize: plan.groupSize, ...spans };
		const signals = await createCreditSignals(compiler, plan, tables, sources);
		const read = signals ? { ...buffers, ...signals.on(buffers.sections) } : buffers;
		const compiling = createCreditPlan(compiler, sizes, method, params, read, options);
		compiling.catch(() => signals?.dispose());
		return onDevice(await compiling, signals, madeBy(method.id, params, method.rewards), shape);
	} catch (error) {
		// What the graph compiler refuses, the float64 interpreter may still do.
		if (!(error instanceof InvalidInput)) throw error;
		return onHost(compiler.device, shape, error.message);
	}
}

/** The signals that the method reads, as tables; null where one of them cannot be looked up. */
function tablesOf(plan: TrainingPlan): readonly Tabulated[] | null {
	const definition = TASKS.find(({ id }) => id === plan.task?.id);
	if (!definition || !plan.task) return null;
	const context = tabulationContext(buildTask(definition, plan.task), plan.machine, plan.items ?? []);
	return tabulateSignals(signalsOf(plan), context);
}

function onDevice(plan: CreditPlan, signals: CreditSignals | null, maker: Maker, { B, T }: RolloutShape): GpuCredit {
	const { advantage, scored, terms, weights } = plan.program;
	return {
		plan,
		signals,
		at: { buffer: plan.arena, advantage, scored },
		note: "",
		decode(words, { actionMask }) {
			const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
			const numbers = (first: number) =>
				Float64Array.from({ length: B * T }, (_, i) => {
					if (!actionMask[i]) return 0;
					return floats[scored + i] ? floats[first + i]! : Number.NaN;
				});
			return {
				...maker,
				advantage: numbers(advantage),
				terms: Object.fromEntries(Object.entries(terms).map(([name, first]) => [name, numbers(first)])),
				mask: actionMask.slice(),
				...(weights === null ? {} : { weights: numbers(weights) }),
				cost: { extraTokens: 0, modelCalls: signals?.attention ? B : 0 },
			};
		},
		write() {
			throw new Error("Credit is computed on the device.");
		},
		dispose() {
			plan.dispose();
			signals?.dispose();
		},
	};
}

function onHost(device: GPUDevice, { B, T }: RolloutShape, note: string): GpuCredit {
	const size = B * T;
	const usage = USAGE.storage | USAGE.copyTarget | USAGE.copySource;
	const buffer = device.createBuffer({ label: "credit", size: 8 * size, usage });
	const floats = new Float32Array(2 * size);
	return {
		plan: null,
		signals: null,
		at: { buffer, advantage: 0, scored: size },
		note,
		decode() {
			throw new Error("Credit is computed on the processor.");
		},
		write({ advantage }, { actionMask }) {
			for (let i = 0; i < size; i++) {
				const scored = actionMask[i] === 1 && !Number.isNaN(advantage[i]!);
				floats[i] = scored ? advantage[i]! : 0;
				floats[size + i] = scored ? 1 : 0;
			}
			device.queue.writeBuffer(buffer, 0, floats);
		},
		dispose: () => buffer.destroy(),
	};
}
