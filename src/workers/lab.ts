import { METHODS } from "../engine/credit/registry";
import { creditOf } from "../engine/credit/run";
import { type Trace, traceOf } from "../engine/credit/traceOps";
import type { Step } from "../engine/oracle/request";
import type { RolloutBatch } from "../engine/rollouts/batch";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { findEntry } from "../engine/spec/resolveSpec";
import { ExactDesk } from "./exact";
import type { CreditAnswer, ExactAnswer, ExactQuestion, LabApi, MethodChoice } from "./labApi";

/** Answers questions about rollouts with the engine's float64 definitions. */
export class Lab implements LabApi {
	private readonly desk = new ExactDesk();

	async credit(_spec: ExperimentSpec, batch: RolloutBatch, methods: readonly string[]): Promise<CreditAnswer[]> {
		return methods.map((method) => answerOf(method, batch));
	}

	exact(question: ExactQuestion, onStep: (step: Step) => void): Promise<ExactAnswer> {
		return this.desk.answer(question, onStep);
	}

	async cancelExact(): Promise<void> {
		this.desk.cancel();
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
