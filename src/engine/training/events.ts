import type { CreditResult, RolloutBatch } from "../rollouts/batch";
import type { ExecutorLabel, PlanCounts, StepMetrics } from "./executor";

/** What a run tells whoever watches. Plain data, sent in batches; arrays are transferred. */
export type RunEvent =
	| {
			readonly type: "phase";
			readonly phase: "compiling" | "warm-start" | "training";
			readonly done: number;
			readonly total: number;
			readonly note: string;
			/** Estimate from the present speed; null or absent before there is one. */
			readonly secondsLeft?: number | null;
	  }
	| {
			readonly type: "ready";
			readonly label: ExecutorLabel;
			readonly counts: PlanCounts;
			readonly parameters: number;
			/** What a person should know of the executor; empty when there is nothing. */
			readonly note?: string;
	  }
	| { readonly type: "warm"; readonly step: number; readonly loss: number; readonly success: number | null }
	| { readonly type: "step"; readonly metrics: StepMetrics; readonly tokensPerSecond: number }
	| { readonly type: "evaluation"; readonly step: number; readonly success: number; readonly meanReturn: number }
	| { readonly type: "fingerprint"; readonly step: number; readonly fingerprint: string }
	/** The run could go on from here if everything but its file were lost. */
	| { readonly type: "checkpoint"; readonly step: number }
	| { readonly type: "rollouts"; readonly step: number; readonly batch: RolloutBatch; readonly credit: CreditResult }
	| { readonly type: "paused"; readonly step: number }
	| { readonly type: "finished"; readonly step: number; readonly reason: "done" | "cancelled" }
	| {
			readonly type: "failed";
			readonly code: string;
			readonly message: string;
			readonly step: number;
			readonly resumable: boolean;
	  };
