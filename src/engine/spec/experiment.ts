import type { MethodChoice } from "../credit/choice";
import type { ModelConfig } from "../model/config";
import type { OptimizerPlan, SamplingPlan } from "../training/executor";

/** Everything that defines a run. JSON; a link carries its difference from an immutable numbered preset. */
export interface ExperimentSpec {
	readonly schema: "ascribe.spec/1";
	readonly task: {
		readonly id: string;
		readonly params: Readonly<Record<string, unknown>>;
		/** A formula for what each token pays, in place of the task's own reward; see `tasks/ownReward.ts`. */
		readonly reward?: string;
	};
	/** Vocabulary size and context length follow from the task. */
	readonly model: Omit<ModelConfig, "vocabSize" | "contextLength">;
	/** Supervised steps until the sampled success rate first reaches `success`; null = from scratch. */
	readonly warmStart: { readonly success: number; readonly learningRate: number; readonly maxSteps: number } | null;
	readonly rollout: { readonly prompts: number; readonly groupSize: number } & SamplingPlan;
	readonly method: MethodChoice;
	readonly loss: { readonly id: string; readonly params: Readonly<Record<string, unknown>> };
	readonly optimizer: OptimizerPlan;
	/** Training steps; each is one rollout batch. */
	readonly steps: number;
	readonly epochs: number;
	readonly minibatches: number;
	readonly evaluation: { readonly every: number; readonly prompts: number };
	/** Methods compared with the one that trains: rows of the page, and what `ascribe fidelity` scores. */
	readonly probes: readonly string[];
	/** Whether the page works out exact values of the rollouts on screen. */
	readonly oracle: "auto" | "off";
	readonly seed: number;
	/** Parameters of signal providers by id; those named are used before others that give the same. */
	readonly signals?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A named starting point. Numbered presets never change once published; a correction gets the next number. */
export interface Preset {
	/** `keydoor@1` */
	readonly id: string;
	readonly title: string;
	/** One sentence: what one sees when one runs it. */
	readonly summary: string;
	/** Success on the evaluation prompts that the run reaches, whatever the seed. */
	readonly goal: number;
	readonly spec: ExperimentSpec;
}
