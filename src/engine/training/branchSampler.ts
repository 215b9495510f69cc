import { type Key4, pcg4d, rolloutKey, STREAMS } from "../core/rng";
import type { Branches, BranchRequest } from "../signals/sources";
import { NO_STATE } from "../tasks/machine";
import type { Continuation, RolloutRecord, RolloutSampler } from "./cpuRollout";
import type { RolloutRequest, TrainingPlan } from "./executor";

/** Rows that are sampled at once. */
const CHUNK_ROWS = 256;

/**
 * The plan of a sampler that goes on from prefixes of `plan`'s rollouts: its prompts are those prefixes, its groups their
 * continuations.
 * @param rows that are sampled at once, at most.
 * @param temperature of the continuations; 0: that of the rollouts.
 */
export function branchPlanOf(
	plan: TrainingPlan,
	children: number,
	{ rows = CHUNK_ROWS, temperature = 0 }: { readonly rows?: number; readonly temperature?: number } = {},
): TrainingPlan {
	const { topK, topP } = plan.sampling;
	return {
		...plan,
		sampling: { temperature: temperature || plan.sampling.temperature, topK, topP },
		prompts: Math.max(1, Math.floor(rows / children)),
		groupSize: children,
		maxPromptLength: plan.maxPromptLength + plan.maxResponseLength,
		reference: false,
	};
}

/** One continuation of the batch: from before token `at` of a rollout; `child` counts those of a point. */
interface Row {
	readonly rollout: number;
	readonly at: number;
	/** Tokens that stand there before anything is drawn. */
	readonly then: readonly number[];
	readonly child: number;
}

/** Where a continuation begins. */
interface Beginning {
	readonly state: number;
	/** For tokens that were not drawn. */
	readonly paid: number;
}

/** Continuations that are sampled at once. */
export interface BranchBatch {
	readonly request: RolloutRequest;
	readonly continuation: Continuation;
	/** First continuation of each group, and the point that it belongs to. */
	readonly groups: readonly (Row & Beginning & { readonly point: number })[];
}

/** What continuations have come to so far. */
interface Tally extends Branches {
	tokens: number;
}

/**
 * Continuations of any prefix of any rollout as batches of a sampler. Every continuation is keyed by (seed, step, rollout, token, child)
 * and nothing else.
 */
export class BranchBatches {
	/** @param branchPlan `branchPlanOf(plan, width)`: the sampler's. */
	constructor(
		private readonly plan: TrainingPlan,
		private readonly width: number,
		private readonly branchPlan = branchPlanOf(plan, width),
	) {}

	/** Those of rollouts of `request`, which `record` holds. */
	of(request: RolloutRequest, record: RolloutRecord, { points, children, greedy }: BranchRequest): BranchBatch[] {
		// Groups of `width` continuations of one prefix; those beyond `children` in the last group are sampled in vain.
		const groups = points.flatMap(({ rollout, at, then = [] }, point) => {
			const beginning = this.beginningOf(record, rollout, at, then);
			return Array.from({ length: Math.ceil(children / this.width) }, (_, g) => ({
				point,
				rollout,
				at,
				then,
				child: g * this.width,
				...beginning,
			}));
		});
		const { prompts } = this.branchPlan;
		return Array.from({ length: Math.ceil(groups.length / prompts) }, (_, k) => {
			const chunk = groups.slice(k * prompts, (k + 1) * prompts);
			return {
				request: this.requestOf(request, record, chunk),
				continuation: this.continuation(request, chunk, greedy),
				groups: chunk,
			};
		});
	}

	begin({ points, children }: BranchRequest): Tally {
		const count = points.length * children;
		return { returns: new Float64Array(count), success: new Uint8Array(count), tokens: 0 };
	}

	/** Adds what a batch has come to. */
	add(to: Tally, { children }: BranchRequest, { groups }: BranchBatch, continued: RolloutRecord): void {
		const { maxResponseLength: T } = this.branchPlan;
		for (const [g, { point, child, paid }] of groups.entries())
			for (let c = 0; c < this.width && child + c < children; c++) {
				const row = g * this.width + c;
				const entry = point * children + child + c;
				to.returns[entry] = paid;
				for (let t = 0; t < T; t++) to.returns[entry]! += continued.rewards[row * T + t]!;
				to.success[entry] = continued.success[row]!;
				to.tokens += continued.lengths[row]!;
			}
	}

	/** The prefixes as prompts; places left over in the last chunk hold an empty one that may not go on. */
	private requestOf(
		request: RolloutRequest,
		record: RolloutRecord,
		chunk: readonly (Row & Beginning)[],
	): RolloutRequest {
		const { groupSize, maxPromptLength: P, maxResponseLength: T } = this.plan;
		const { prompts, maxPromptLength: width } = this.branchPlan;
		const promptTokens = new Int32Array(prompts * width);
		const promptLengths = new Int32Array(prompts).fill(1);
		const startStates = new Uint32Array(prompts);
		for (const [g, { rollout, at, then, state }] of chunk.entries()) {
			const prompt = Math.floor(rollout / groupSize);
			const length = request.promptLengths[prompt]!;
			promptTokens.set(request.promptTokens.subarray(prompt * P, prompt * P + length), g * width);
			promptTokens.set(record.tokens.subarray(rollout * T, rollout * T + at), g * width + length);
			promptTokens.set(then, g * width + length + at);
			promptLengths[g] = length + at + then.length;
			startStates[g] = state;
		}
		return { step: request.step, stream: STREAMS.branch, promptTokens, promptLengths, startStates };
	}

	/** After the tokens that stand there. @throws Error where one of them is not possible. */
	private beginningOf({ states }: RolloutRecord, rollout: number, at: number, then: readonly number[]): Beginning {
		const { machine, maxResponseLength: T } = this.plan;
		let state = states[rollout * T + at]!;
		let paid = 0;
		for (const token of then) {
			const edge = state * machine.vocabSize + token;
			if (machine.next[edge] === NO_STATE)
				throw new Error(`Token id ${token} cannot stand after the first ${at} tokens of rollout ${rollout}.`);
			paid += machine.reward[edge]!;
			state = machine.next[edge]!;
		}
		return { state, paid };
	}

	private continuation({ step }: RolloutRequest, chunk: readonly Row[], greedy: boolean): Continuation {
		const { prompts } = this.branchPlan;
		const { seed, maxResponseLength: T } = this.plan;
		const limits = new Int32Array(prompts);
		const nobody: Key4 = [0, 0, 0, 0];
		const keys = Array.from({ length: prompts * this.width }, (_, row) => {
			const from = chunk[Math.floor(row / this.width)];
			if (!from) return { policy: nobody, environment: nobody };
			limits[Math.floor(row / this.width)] = T - from.at - from.then.length;
			const child = from.child + (row % this.width);
			const key = (stream: number) => branchKey(rolloutKey(seed, stream, step, from.rollout), from.at, child);
			return { policy: key(STREAMS.branch), environment: key(STREAMS.branchEnvironment) };
		});
		return { keys, limits, greedy };
	}
}

/** Samples on from any prefix of any rollout, batch by batch. */
export class BranchSampler {
	private readonly batches: BranchBatches;

	/** @param sampler of `branchPlanOf(plan, width)`, with the policy that is to go on. */
	constructor(
		plan: TrainingPlan,
		width: number,
		private readonly sampler: RolloutSampler,
	) {
		this.batches = new BranchBatches(plan, width);
	}

	/** Continuations of rollouts of `request`, which `record` holds. */
	branch(request: RolloutRequest, record: RolloutRecord, asked: BranchRequest): Branches {
		const tally = this.batches.begin(asked);
		for (const batch of this.batches.of(request, record, asked))
			this.batches.add(tally, asked, batch, this.sampler.sample(batch.request, batch.continuation));
		return tally;
	}
}

/** `pcg4d(k0 ^ at, k1 ^ child, k2, k3)` of the rollout's key. */
function branchKey([k0, k1, k2, k3]: Key4, at: number, child: number): Key4 {
	return pcg4d((k0 ^ at) >>> 0, (k1 ^ child) >>> 0, k2, k3);
}
