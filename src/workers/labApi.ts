import type { Trace } from "../engine/credit/traceOps";
import type { CreditResult, RolloutBatch } from "../engine/rollouts/batch";
import type { ExperimentSpec } from "../engine/spec/experiment";

/** What a method says of rollouts, or one sentence that tells why it cannot. */
export type CreditAnswer =
	| { readonly method: string; readonly ok: true; readonly credit: CreditResult }
	| { readonly method: string; readonly ok: false; readonly reason: string };

export interface MethodChoice {
	readonly id: string;
	readonly params: Readonly<Record<string, unknown>>;
}

/** Work on rollouts beside the training run, in a worker of its own, so that neither page nor trainer waits for it. */
export interface LabApi {
	/** Credit that methods give to rollouts, whichever method trained; parameters at their defaults. One answer a method, in order. */
	credit(spec: ExperimentSpec, batch: RolloutBatch, methods: readonly string[]): Promise<CreditAnswer[]>;
	/** Why a method gives one token its credit: every primitive with its numbers. Rejects with one sentence. */
	trace(batch: RolloutBatch, method: MethodChoice, rollout: number, token: number): Promise<Trace>;
}
