import { METHODS } from "../engine/credit/registry";
import { creditOf } from "../engine/credit/run";
import { type Trace, traceOf } from "../engine/credit/traceOps";
import type { RolloutBatch } from "../engine/rollouts/batch";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { findEntry } from "../engine/spec/resolveSpec";
import type { CreditAnswer, LabApi, MethodChoice } from "./labApi";

/** Answers questions about rollouts with the engine's float64 definitions. */
export class Lab implements LabApi {
	async credit(_spec: ExperimentSpec, batch: RolloutBatch, methods: readonly string[]): Promise<CreditAnswer[]> {
		return methods.map((method) => answerOf(method, batch));
	}

	async trace(batch: RolloutBatch, { id, params }: MethodChoice, rollout: number, token: number): Promise<Trace> {
		return traceOf(findEntry(METHODS, id, "method"), params, batch, rollout, token);
	}
}

/** A method that cannot answer is an answer too: its reason. */
function answerOf(method: string, batch: RolloutBatch): CreditAnswer {
	try {
		return { method, ok: true, credit: creditOf(method, {}, batch) };
	} catch (error) {
		return { method, ok: false, reason: error instanceof Error ? error.message : String(error) };
	}
}
