import type { MethodChoice } from "../credit/choice";
import type { KlValues } from "../credit/klReward";
import type { RewardChoice } from "../credit/method";
import type { ModelConfig } from "../model/config";
import type { CreditResult, RolloutBatch } from "../rollouts/batch";
import type { SignalMemory } from "../signals/sources";
import type { Machine } from "../tasks/machine";
import type { Environment, TaskItem } from "../tasks/task";
import type { TurnTable } from "../tasks/turnTable";

/**
 * What an executor (WGSL, WebAssembly, float64 TypeScript) compiles once and then replays. Plain data: no functions.
 * Batch B = prompts · groupSize; rollout b belongs to prompt ⌊b / groupSize⌋.
 */
export interface TrainingPlan {
	readonly model: ModelConfig;
	readonly prompts: number;
	readonly groupSize: number;
	/** Longest prompt and longest response (environment tokens included); sequences hold their sum. */
	readonly maxPromptLength: number;
	readonly maxResponseLength: number;
	readonly sampling: SamplingPlan;
	/** Legal tokens, environment replies, rewards and ends, as a table. States and transitions are the same for every step; start states vary. */
	readonly machine: Machine;
	/**
	 * Where the task cannot be tabulated: the environment itself, the one thing in a plan that is not data and stays with the host.
	 * `machine` is then the table of the states that the latest rollouts visited, and `startStates` of a request are items. An
	 * executor samples a turn, reads back the tokens, lets the environment answer, writes the new rows of the table, and goes on: one
	 * readback a turn (`turnSampler.ts`).
	 */
	readonly turns?: {
		readonly table: TurnTable;
		readonly env: Environment<unknown>;
		readonly items: readonly TaskItem[];
	};
	readonly method: MethodChoice;
	readonly loss: { readonly id: string; readonly params: Readonly<Record<string, unknown>> };
	readonly optimizer: OptimizerPlan;
	/** Passes over each rollout batch, and minibatches (contiguous blocks of whole groups) a pass. */
	readonly epochs: number;
	readonly minibatches: number;
	/** Keep a frozen copy of the initial parameters and compute reference log-probabilities. */
	readonly reference: boolean;
	readonly seed: number;
	/** The task and the items whose prompts are sampled: what annotations read. Absent: none of them. */
	readonly task?: { readonly id: string; readonly params: Readonly<Record<string, unknown>> };
	readonly items?: readonly TaskItem[];
	/** Parameters of signal providers by id; those named go first. */
	readonly signals?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
	/**
	 * How the value head is trained beside the policy; only with `model.valueHead`. The training step adds
	 * coef · mean over scored tokens of ½(V − target)², target = GAE(discount, lambda, klCoef, klEstimator) + V from the values of sampling time, V the
	 * head's output at the row that predicts the token; with a clip as `critic.ts` says. The gradient goes through head and trunk.
	 */
	readonly critic?: CriticPlan;
}

export interface CriticPlan extends KlValues {
	/** Weight of the value loss beside the policy loss. */
	readonly coef: number;
	readonly discount: number;
	readonly lambda: number;
	/** Whether the target of a rollout that the limit cut counts the value after its last token. */
	readonly bootstrap: boolean;
	/** Writers of rewards that stand before what it learns; absent: it learns what the environment pays. */
	readonly rewards?: readonly RewardChoice[];
	/** How far V may move from the value of sampling time before its gradient stops; 0 = no limit. */
	readonly clip: number;
}

export interface SamplingPlan {
	/** Softmax temperature, > 0. */
	readonly temperature: number;
	/** Keep the k most likely legal tokens; 0 = all. */
	readonly topK: number;
	/** Keep the smallest set of tokens whose probability reaches p; 1 = all. */
	readonly topP: number;
	/** Branches of a group at its prompt and after every `segment` tokens, as `treeOwner` says; absent or 1: independent rollouts. */
	readonly branching?: number;
	/** Tokens between branchings, environment replies included. */
	readonly segment?: number;
	/** Most rollout batches that are sampled to fill that of a step with groups whose returns differ; absent or 1: the first is taken as it is. */
	readonly rounds?: number;
}

/** AdamW (Loshchilov & Hutter 2019) with decoupled decay on matrices only, bias correction and global gradient-norm clipping. */
export interface OptimizerPlan {
	/** Peak learning rate. */
	readonly learningRate: number;
	readonly beta1: number;
	readonly beta2: number;
	readonly eps: number;
	readonly weightDecay: number;
	/** Largest gradient norm; 0 = no clipping. */
	readonly clipNorm: number;
	readonly warmupSteps: number;
	/** Cosine decay from the peak to `finalFraction` of it over `decaySteps` optimiser steps; 0 = constant after warm-up. */
	readonly decaySteps: number;
	readonly finalFraction: number;
}

/** One rollout batch to sample: everything that varies between steps. */
export interface RolloutRequest {
	/** Part of the random key: the training step, in later rounds of a step and in evaluations a number of their own. */
	readonly step: number;
	/** `STREAMS.sample` when training, `STREAMS.evaluation` when measuring. */
	readonly stream: number;
	/** Prompt tokens `[prompts · maxPromptLength]`, left-aligned, and their lengths `[prompts]`. */
	readonly promptTokens: Int32Array;
	readonly promptLengths: Int32Array;
	/** Start state in the machine, per prompt. */
	readonly startStates: Uint32Array;
	/** Another round of the same step: what was kept of those before stays, and states of a task in turns keep their numbers. */
	readonly goesOn?: boolean;
}

/** Demonstrations for one supervised step. Batch B as in the plan; unlike rollouts, every row has a prompt of its own. */
export interface SupervisedBatch {
	/** Number of the step, reported back by `metrics`. */
	readonly step: number;
	/** Prompt tokens `[B·maxPromptLength]`, left-aligned, and their lengths `[B]`. */
	readonly promptTokens: Int32Array;
	readonly promptLengths: Int32Array;
	/** Response tokens, environment replies included `[B·maxResponseLength]`, and their lengths `[B]`. */
	readonly tokens: Int32Array;
	readonly lengths: Int32Array;
	/** Machine state before each response token `[B·maxResponseLength]`: its legal tokens mask the softmax, as in the sampler; 0 in padding. */
	readonly states: Uint32Array;
	/** Weight w of each token's log-probability `[B·maxResponseLength]`; 0 for environment replies and padding. */
	readonly weights: Float32Array;
	/** Constant learning rate of this step, in place of the plan's schedule. */
	readonly learningRate: number;
}

/** What a rollout batch earned, without its tokens. */
export interface Outcomes {
	/** Whole return of each rollout `[B]`. */
	readonly returns: Float64Array;
	/** 1 where the rollout ended in a state that the machine counts as success `[B]`. */
	readonly success: Uint8Array;
}

/** What a rollout batch came to, by group. */
export interface GroupOutcomes {
	/** Whole return of each rollout `[B]`. */
	readonly returns: Float64Array;
	/** Policy tokens sampled for each group `[prompts]`; those that rollouts of a tree share count once. */
	readonly tokens: Float64Array;
}

/** Optimiser state: flat buffers in the parameter layout. */
export interface TrainState {
	readonly parameters: Float32Array;
	readonly firstMoment: Float32Array;
	readonly secondMoment: Float32Array;
	/** Optimiser steps taken. */
	readonly step: number;
	/** What signals keep of earlier batches; absent where they keep nothing. */
	readonly memory?: SignalMemory;
}

/** Numbers of one training step, from the metrics ring. Means over tokens count only `actionMask` tokens. */
export interface StepMetrics {
	/** The step given to `train` or `supervise`; the loop counts from 1. */
	readonly step: number;
	readonly loss: number;
	readonly meanReturn: number;
	/** Share of rollouts that ended in a success state of the machine; one cut by the limit fails. */
	readonly success: number;
	/** Mean entropy of the sampled distributions, nats. */
	readonly entropy: number;
	/** Mean log-ratio estimate (k3) of the policy against the behaviour policy, and against the reference, nats. */
	readonly klBehaviour: number;
	readonly klReference: number;
	readonly gradientNorm: number;
	readonly clipFraction: number;
	readonly meanLength: number;
	/** Share of groups whose returns are all equal. */
	readonly deadGroups: number;
	/** Policy tokens sampled in this step, those of groups left out included. */
	readonly tokens: number;
	/** Where batches are filled with groups that differ: rollout batches sampled, groups in them, and tokens of those left out. */
	readonly rounds?: number;
	readonly sampledGroups?: number;
	readonly discardedTokens?: number;
	/** Tokens that the method's signals had generated beside the rollouts. */
	readonly extraTokens?: number;
	/** Mean ½(V − target)² of a value head that is trained, clipped where the plan says so. */
	readonly valueLoss?: number;
	readonly learningRate: number;
	/** False when a non-finite value made the optimiser skip this step; `stage` then names where it appeared first. */
	readonly finite: boolean;
	readonly stage?: string;
}

/** Names everything that may change the bits of a run. */
export interface ExecutorLabel {
	readonly kind: "gpu" | "wasm" | "cpu";
	/** Adapter vendor, architecture and description, or the runtime. */
	readonly adapter: string;
	/** Hash of kernel variants, splits and shader sources. */
	readonly plan: string;
	/** True for software adapters. */
	readonly software: boolean;
}

/** Counts that must not depend on luck, per training step and per rollout. */
export interface PlanCounts {
	readonly trainDispatches: number;
	readonly trainSubmits: number;
	readonly creditDispatches: number;
	readonly rolloutDispatches: number;
	readonly rolloutSubmits: number;
}

/**
 * A compiled plan on one device. `upload`, `rollout`, `train` and `supervise` enqueue work and return at once; nothing is
 * read back until `metrics`, `readOutcomes`, `readRollouts` or `download`. The reads return what was true when they were called,
 * whatever is enqueued before they resolve.
 */
export interface TrainingExecutor {
	readonly label: ExecutorLabel;
	readonly counts: PlanCounts;
	upload(state: TrainState): void;
	download(): Promise<TrainState>;
	/** Freezes the present parameters as the reference policy. */
	freezeReference(): void;
	rollout(request: RolloutRequest): void;
	/** What each group of the latest rollout batch came to; only where the plan samples in rounds. */
	readGroups(): Promise<GroupOutcomes>;
	/**
	 * Sets groups of the latest rollout batch aside, in this order; only where the plan samples in rounds. With the last of `prompts` groups, those
	 * set aside are the latest batch. A request that does not go on drops what was set aside.
	 */
	keep(groups: readonly number[]): void;
	/** Credit, loss, backward and AdamW on the latest rollout batch: `epochs · minibatches` optimiser steps. */
	train(step: number): void;
	/**
	 * One AdamW step on −Σ w·log p / Σ w over the batch, temperature and legal tokens applied as in the sampler. Its entry in
	 * `metrics` carries `step`, `loss`, `gradientNorm`, `learningRate`, `finite`; the other fields are 0.
	 */
	supervise(batch: SupervisedBatch): void;
	/**
	 * Metrics of finished steps since the last call, in order; resolves when at most `inFlight` steps are still queued.
	 * @throws WorkFailed when the device was lost; its `code` is then "device-lost" and the run goes on from a checkpoint.
	 */
	metrics(inFlight: number): Promise<StepMetrics[]>;
	/** Returns and successes of the latest rollout batch. */
	readOutcomes(): Promise<Outcomes>;
	/** Latest rollouts and the credit that the training method gave them in `train`. */
	readRollouts(): Promise<{ batch: RolloutBatch; credit: CreditResult }>;
	dispose(): void;
}
