import { STREAMS } from "../core/rng";
import type { TaskItem } from "../tasks/task";
import type { RolloutRequest, TrainingPlan } from "./executor";
import { drawPrompts, type PromptPool } from "./prompts";

/** More rollout requests than one evaluation can need: keeps the random keys of neighbouring evaluations apart. */
const CHUNKS = 4096;
/** More steps than a run can have: keeps the random keys of a step's rounds apart from those of other steps. */
const STEPS = 2 ** 17;
/** Evaluations of the warm start have keys of their own, far from those of training. */
export const WARM_STEP_KEY = 0x8000_0000 / CHUNKS;

/** Turns the prompts of a pool into requests, all randomness keyed by the step alone, so that a resumed run repeats it. */
export class Requests {
	constructor(
		private readonly plan: TrainingPlan,
		private readonly pool: PromptPool,
	) {}

	/** The rollout batch of training step `step`, or of a later round of it with the prompts that are drawn next. */
	training(step: number, round = 0): RolloutRequest {
		const { seed, prompts } = this.plan;
		const indices = drawPrompts(seed, "prompts", step, this.pool.train.length, prompts, round * prompts);
		const request = this.request(step + round * STEPS, STREAMS.sample, indices);
		return round > 0 ? { ...request, goesOn: true } : request;
	}

	/**
	 * The rollout batches that measure the policy after step `step`, each over `plan.prompts` prompts of the evaluation pool.
	 * The last one is filled up from the start of the pool; the first `counted` prompts of each count.
	 */
	evaluation(step: number): { request: RolloutRequest; counted: number }[] {
		const size = this.plan.prompts;
		const total = this.pool.evaluation.length;
		return Array.from({ length: Math.ceil(total / size) }, (_, chunk) => ({
			request: this.request(
				(step * CHUNKS + chunk) >>> 0,
				STREAMS.evaluation,
				Array.from({ length: size }, (_, i) => this.pool.train.length + ((chunk * size + i) % total)),
			),
			counted: Math.min(size, total - chunk * size),
		}));
	}

	/** `indices` count through the training pool, then the evaluation pool, as `machine.start` does. */
	private request(step: number, stream: number, indices: readonly number[]): RolloutRequest {
		const items = indices.map((i) => this.item(i));
		return {
			step,
			stream,
			...packPrompts(items, this.plan.maxPromptLength),
			startStates: Uint32Array.from(indices, (i) => this.plan.machine.start[i]!),
		};
	}

	private item(i: number): TaskItem {
		const { train, evaluation } = this.pool;
		return (i < train.length ? train[i] : evaluation[i - train.length])!;
	}
}

/** Prompts as rows of `width` tokens, left-aligned and padded with 0. */
export function packPrompts(items: readonly TaskItem[], width: number) {
	const promptTokens = new Int32Array(items.length * width);
	for (const [row, item] of items.entries()) promptTokens.set(item.prompt, row * width);
	return { promptTokens, promptLengths: Int32Array.from(items, (item) => item.prompt.length) };
}
