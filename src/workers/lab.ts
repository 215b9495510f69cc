import { creditOf } from "../engine/credit/run";
import type { RolloutBatch } from "../engine/rollouts/batch";
import type { ExperimentSpec } from "../engine/spec/experiment";
import type { CreditAnswer, LabApi } from "./labApi";

/** Answers questions about rollouts with the engine's float64 definitions. */
export class Lab implements LabApi {
	async credit(_spec: ExperimentSpec, batch: RolloutBatch, methods: readonly string[]): Promise<CreditAnswer[]> {
		return methods.map((method) => answerOf(method, batch));
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
