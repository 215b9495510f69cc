import { type Key4, pcg4d, rolloutKey, STREAMS } from "../core/rng";
import type { Branches, BranchRequest } from "../signals/sources";
import type { Continuation, RolloutRecord, RolloutSampler } from "./cpuRollout";
import type { RolloutRequest, TrainingPlan } from "./executor";

/** Rows that are sampled at once. */
const CHUNK_ROWS = 256;

/**
 * The plan of a sampler that goes on from prefixes of `plan`'s rollouts: its prompts are those prefixes, its groups their
 * continuations.
 */
export function branchPlanOf(plan: TrainingPlan, children: number): TrainingPlan {
	const { temperature, topK, topP } = plan.sampling;
	return {
		...plan,
		sampling: { temperature, topK, topP },
		prompts: Math.max(1, Math.floor(CHUNK_ROWS / children)),
		groupSize: children,
		maxPromptLength: plan.maxPromptLength + plan.maxResponseLength,
		reference: false,
	};
}

/** One continuation of the batch: from before token `at` of a rollout; `child` counts those of a point. */
interface Row {
	readonly rollout: number;
	readonly at: number;
	readonly child: number;
}

/** Samples on from any prefix of any rollout. Every continuation is keyed by (seed, step, rollout, token, child) and nothing else. */
export class BranchSampler {
	private readonly branchPlan: TrainingPlan;

	/** @param sampler of `branchPlanOf(plan, width)`, with the policy that is to go on. */
	constructor(
		private readonly plan: TrainingPlan,
		private readonly width: number,
		private readonly sampler: RolloutSampler,
	) {
		this.branchPlan = branchPlanOf(plan, width);
	}

	/** Continuations of rollouts of `request`, which `record` holds. */
	branch(request: RolloutRequest, record: RolloutRecord, { points, children, greedy }: BranchRequest): Branches {
		const returns = new Float64Array(points.length * children);
		const success = new Uint8Array(points.length * children);
		// Groups of `width` continuations of one prefix; those beyond `children` in the last group are sampled in vain.
		const groups = points.flatMap(({ rollout, at }, point) =>
			Array.from({ length: Math.ceil(children / this.width) }, (_, g) => ({
				point,
				rollout,
				at,
				child: g * this.width,
			})),
		);
		const { prompts, maxResponseLength: T } = this.branchPlan;
		let tokens = 0;
		for (let first = 0; first < groups.length; first += prompts) {
			const chunk = groups.slice(first, first + prompts);
			const continued = this.sampler.sample(
				this.requestOf(request, record, chunk),
				this.continuation(request, chunk, greedy),
			);
			for (const [g, { point, child }] of chunk.entries())
				for (let c = 0; c < this.width && child + c < children; c++) {
					const row = g * this.width + c;
					const entry = point * children + child + c;
					for (let t = 0; t < T; t++) returns[entry]! += continued.rewards[row * T + t]!;
					success[entry] = continued.success[row]!;
					tokens += continued.lengths[row]!;
				}
		}
		return { returns, success, tokens };
	}

	/** The prefixes as prompts; places left over in the last chunk hold an empty one that may not go on. */
	private requestOf(request: RolloutRequest, record: RolloutRecord, chunk: readonly Row[]): RolloutRequest {
		const { groupSize, maxPromptLength: P, maxResponseLength: T } = this.plan;
		const { prompts, maxPromptLength: width } = this.branchPlan;
		const promptTokens = new Int32Array(prompts * width);
		const promptLengths = new Int32Array(prompts).fill(1);
		const startStates = new Uint32Array(prompts);
		for (const [g, { rollout, at }] of chunk.entries()) {
			const prompt = Math.floor(rollout / groupSize);
			const length = request.promptLengths[prompt]!;
			promptTokens.set(request.promptTokens.subarray(prompt * P, prompt * P + length), g * width);
			promptTokens.set(record.tokens.subarray(rollout * T, rollout * T + at), g * width + length);
			promptLengths[g] = length + at;
			startStates[g] = record.states[rollout * T + at]!;
		}
		return { step: request.step, stream: STREAMS.branch, promptTokens, promptLengths, startStates };
	}

	private continuation({ step }: RolloutRequest, chunk: readonly Row[], greedy: boolean): Continuation {
		const { prompts } = this.branchPlan;
		const { seed, maxResponseLength: T } = this.plan;
		const limits = new Int32Array(prompts);
		const nobody: Key4 = [0, 0, 0, 0];
		const keys = Array.from({ length: prompts * this.width }, (_, row) => {
			const from = chunk[Math.floor(row / this.width)];
			if (!from) return { policy: nobody, environment: nobody };
			limits[Math.floor(row / this.width)] = T - from.at;
			const child = from.child + (row % this.width);
			const key = (stream: number) => branchKey(rolloutKey(seed, stream, step, from.rollout), from.at, child);
			return { policy: key(STREAMS.branch), environment: key(STREAMS.branchEnvironment) };
		});
		return { keys, limits, greedy };
	}
}

/** `pcg4d(k0 ^ at, k1 ^ child, k2, k3)` of the rollout's key. */
function branchKey([k0, k1, k2, k3]: Key4, at: number, child: number): Key4 {
	return pcg4d((k0 ^ at) >>> 0, (k1 ^ child) >>> 0, k2, k3);
}
