import type { MethodChoice } from "../engine/credit/choice";
import type { Trace } from "../engine/credit/traceOps";
import type { Continuation, RunningValue } from "../engine/oracle/continuations";
import type { Step } from "../engine/oracle/request";
import type { OracleMode, Truth } from "../engine/oracle/truth";
import type { CreditResult, RolloutBatch } from "../engine/rollouts/batch";
import type { TokenEdit } from "../engine/rollouts/editBatch";
import type { RolloutTree, TreeNumbers } from "../engine/rollouts/rolloutTree";
import type { Rhythm, RhythmOptions } from "../engine/signals/rhythm";
import type { ExperimentSpec } from "../engine/spec/experiment";
import type { Shape } from "../engine/twin/shape";
import type { ToyTwin } from "../engine/twin/toyTwin";

/**
 * What a method says of rollouts, or one sentence that tells why it cannot. `readsPolicy`: it read the policy that wrote them, or would answer
 * if it were given.
 */
export type CreditAnswer = { readonly method: string; readonly readsPolicy?: true } & (
	| { readonly ok: true; readonly credit: CreditResult }
	| { readonly ok: false; readonly reason: string }
);

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

/** One rollout, and the policy that sampled it. */
export interface AttentionQuestion {
	readonly spec: ExperimentSpec;
	readonly parameters: Float32Array;
	readonly prompt: Int32Array;
	readonly response: Int32Array;
	/** 1 where the policy wrote, one a token of the response. */
	readonly mask: Uint8Array;
}

/** Where each head looked while the policy wrote a rollout. */
export interface AttentionAnswer {
	/** Tokens of prompt and response together. */
	readonly N: number;
	readonly promptLength: number;
	readonly layers: number;
	/** Heads of one layer. */
	readonly heads: number;
	/** `[layers·heads·N·N]`: row t, the weights of token t on tokens 0 … t. */
	readonly maps: Float32Array;
	/** How the rhythm was read off: by the experiment's options. */
	readonly reading: RhythmOptions;
	/** Heads by index layer·heads + head; tokens counted from the first after the prompt. */
	readonly rhythm: Rhythm;
}

/** A prefix of a rollout from which to sample on. */
export interface BranchQuestion {
	readonly spec: ExperimentSpec;
	readonly parameters: Float32Array;
	readonly prompt: Int32Array;
	/** Tokens after the prompt up to the branch, environment replies included. */
	readonly prefix: Int32Array;
	readonly samples: number;
	/** Softmax temperature of the continuations; absent: that of the rollouts. */
	readonly temperature?: number;
	/** Other seeds, other continuations. */
	readonly seed: number;
}

/** The value of a prefix as it became known, and the ways on that were sampled. */
export interface BranchAnswer {
	/** After each continuation. */
	readonly values: readonly RunningValue[];
	readonly continuations: readonly Continuation[];
}

/** What a tree reads of rollouts: columns that it does not need would only be copied to the worker. */
export type TreeBatch = Pick<
	RolloutBatch,
	"B" | "T" | "tokens" | "lengths" | "returns" | "rewards" | "promptTokens" | "promptOffsets" | "turns" | "steps"
>;

/** Rollouts as a tree of prefixes, or merged by state. */
export interface TreeQuestion {
	readonly merge: "prefix" | "state";
	readonly spec: ExperimentSpec;
	readonly batch: TreeBatch;
	readonly members: readonly number[];
	readonly numbers: TreeNumbers;
}

/** Rollouts after an edit by hand, and what the method that trains says of them. */
export interface EditAnswer {
	readonly batch: RolloutBatch;
	readonly credit: CreditResult;
}

/** A policy and the experiment that it is of. */
export interface TracePolicy {
	readonly spec: ExperimentSpec;
	readonly parameters: Float32Array;
}

/** Work on rollouts beside the training run, in a worker of its own, so that neither page nor trainer waits for it. */
export interface LabApi {
	/**
	 * Credit that methods give to rollouts, whichever method trained; those that are only named at their defaults. One answer a method, in order.
	 * @param parameters of the policy that wrote the rollouts, flat; read only for methods whose signals come from passes of it over them.
	 */
	credit(
		spec: ExperimentSpec,
		batch: RolloutBatch,
		methods: readonly (string | MethodChoice)[],
		parameters?: Float32Array,
	): Promise<CreditAnswer[]>;
	/** Ends passes of a policy for `credit` that are under way: methods that wait for them are left out of its answers. */
	cancelPasses(): Promise<void>;
	/**
	 * The exact values of rollouts of a toy task: enumerated where that is quick, else searched to a certified interval, else
	 * sampled. The newest question ends those before it. `onStep` is told of progress several times a second.
	 */
	exact(question: ExactQuestion, onStep: (step: Step) => void): Promise<ExactAnswer>;
	/** Ends the question that is open, if one is; its answer is then a refusal. */
	cancelExact(): Promise<void>;
	/**
	 * Why a method gives one token its credit: every primitive with its numbers. Rejects with one sentence.
	 * @param policy that wrote the rollouts, for methods that read it.
	 */
	trace(
		batch: RolloutBatch,
		method: MethodChoice,
		rollout: number,
		token: number,
		policy?: TracePolicy,
	): Promise<Trace>;
	/** Attention of one rollout, recomputed in float64. Rejects with one sentence. */
	attention(question: AttentionQuestion): Promise<AttentionAnswer>;
	/**
	 * Samples on from a prefix; `onNews` is told after every few continuations. A newer question ends the one that is open, which then
	 * resolves with what it has. Rejects with one sentence.
	 */
	branch(question: BranchQuestion, onNews: (answer: BranchAnswer) => void): Promise<BranchAnswer>;
	/** Ends the branching that is open. */
	cancelBranch(): Promise<void>;
	/** Pays a token otherwise, or annotates its step otherwise. Rejects with one sentence. */
	edit(spec: ExperimentSpec, batch: RolloutBatch, edit: TokenEdit): Promise<EditAnswer>;
	/** Rejects with one sentence, for example where no states are known. */
	tree(question: TreeQuestion): Promise<RolloutTree>;
	/** The preset whose rollouts are most like those of a shape. */
	twin(shape: Shape): Promise<ToyTwin>;
}
