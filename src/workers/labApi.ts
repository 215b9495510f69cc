import type { Trace } from "../engine/credit/traceOps";
import type { Step } from "../engine/oracle/request";
import type { OracleMode, Truth } from "../engine/oracle/truth";
import type { CreditResult, RolloutBatch } from "../engine/rollouts/batch";
import type { ExperimentSpec } from "../engine/spec/experiment";

/** What a method says of rollouts, or one sentence that tells why it cannot. */
export type CreditAnswer =
	| { readonly method: string; readonly ok: true; readonly credit: CreditResult }
	| { readonly method: string; readonly ok: false; readonly reason: string };

/** Rollouts of one prompt, and the policy that sampled them. */
export interface ExactQuestion {
	readonly spec: ExperimentSpec;
	/** Flat, as the run's model lays them out. */
	readonly parameters: Float32Array;
	readonly prompt: Int32Array;
	/** Tokens after the prompt, environment replies included. */
	readonly responses: readonly Int32Array[];
}

/** What rollouts are really worth under the policy that sampled them, or one sentence that tells why nobody knows. */
export type ExactAnswer =
	| {
			readonly ok: true;
			/** One a response, in order. */
			readonly truths: readonly Truth[];
			readonly mode: OracleMode;
			/** Half the width of the widest interval of an advantage, in units of return; 0 for exact numbers. */
			readonly uncertainty: number;
	  }
	| { readonly ok: false; readonly reason: string };

export interface MethodChoice {
	readonly id: string;
	readonly params: Readonly<Record<string, unknown>>;
}

/** Work on rollouts beside the training run, in a worker of its own, so that neither page nor trainer waits for it. */
export interface LabApi {
	/** Credit that methods give to rollouts, whichever method trained; parameters at their defaults. One answer a method, in order. */
	credit(spec: ExperimentSpec, batch: RolloutBatch, methods: readonly string[]): Promise<CreditAnswer[]>;
	/**
	 * The exact values of rollouts of a toy task: enumerated where that is quick, else searched to a certified interval, else
	 * sampled. The newest question ends those before it. `onStep` is told of progress several times a second.
	 */
	exact(question: ExactQuestion, onStep: (step: Step) => void): Promise<ExactAnswer>;
	/** Ends the question that is open, if one is; its answer is then a refusal. */
	cancelExact(): Promise<void>;
	/** Why a method gives one token its credit: every primitive with its numbers. Rejects with one sentence. */
	trace(batch: RolloutBatch, method: MethodChoice, rollout: number, token: number): Promise<Trace>;
}
