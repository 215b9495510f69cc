import { MissingSignal } from "../engine/core/errors";
import { type Activations, createActivations } from "../engine/model/activations";
import type { ModelConfig } from "../engine/model/config";
import { forward } from "../engine/model/forward";
import { tokenLogProbs } from "../engine/model/tokenLogProbs";
import type { RolloutBatch } from "../engine/rollouts/batch";
import type { PolicySource, RolloutAttention, TaskSource } from "../engine/signals/sources";
import { statesOf } from "../engine/signals/taskSource";

/** What scores a batch: the policy that wrote it, as the experiment shapes it. */
export interface Scorer {
	readonly model: ModelConfig;
	readonly parameters: Float64Array;
	/** Of the rollouts. */
	readonly temperature: number;
	/** Says which tokens were legal; log-probabilities and entropies are not known without it. */
	readonly task: TaskSource | undefined;
}

/** What one rollout's pass through the model leaves. */
interface Pass {
	readonly attention: RolloutAttention;
	/** One a token of the response, 0 at the environment's; null where the task does not know the rollout. */
	readonly scores: { readonly logProbs: Float64Array; readonly entropy: Float64Array } | null;
}

/**
 * The policy that wrote a batch, as providers of signals read it: one float64 pass over each rollout, as the executors' definition has it.
 * Nobody samples on from the rollouts here.
 */
export class BatchPolicy implements PolicySource {
	private constructor(
		private readonly batch: RolloutBatch,
		private readonly passes: readonly Pass[],
	) {}

	/**
	 * @param breathe called after every rollout.
	 * @throws InvalidInput for a token that the model does not know, or a rollout longer than its context.
	 */
	static async of(scorer: Scorer, batch: RolloutBatch, breathe: () => Promise<void>): Promise<BatchPolicy> {
		const N = longest(batch);
		const acts = createActivations(scorer.model, 1, N);
		const passes: Pass[] = [];
		for (let b = 0; b < batch.B; b++) {
			passes.push(passOf(scorer, batch, b, N, acts));
			await breathe();
		}
		return new BatchPolicy(batch, passes);
	}

	attention(): readonly RolloutAttention[] {
		return this.passes.map(({ attention }) => attention);
	}

	/** @throws MissingSignal for the reference, which is not at hand, and for rollouts that the task does not know. */
	logProbs(by: "policy" | "reference"): Float64Array {
		if (by === "reference") throw new MissingSignal("refLogProbs", "The frozen reference policy is not at hand here.");
		return this.gather("logProbs");
	}

	/** @throws MissingSignal for rollouts that the task does not know. */
	entropy(): Float64Array {
		return this.gather("entropy");
	}

	private gather(what: "logProbs" | "entropy"): Float64Array {
		const { B, T } = this.batch;
		const out = new Float64Array(B * T);
		for (const [b, { scores }] of this.passes.entries()) {
			if (!scores)
				throw new MissingSignal(
					what,
					`Which tokens were legal in rollout ${b} is not known: its prompt is none of the task's.`,
				);
			out.set(scores[what], b * T);
		}
		return out;
	}
}

/** Tokens of prompt and response of the longest rollout. */
const longest = ({ B, lengths, promptOffsets }: RolloutBatch): number =>
	Array.from({ length: B }, (_, b) => lengths[b]! + promptOffsets[b + 1]! - promptOffsets[b]!).reduce(
		(most, n) => Math.max(most, n),
		1,
	);

function passOf(scorer: Scorer, batch: RolloutBatch, b: number, N: number, acts: Activations): Pass {
	const prompt = batch.promptTokens.subarray(batch.promptOffsets[b], batch.promptOffsets[b + 1]);
	const n = prompt.length + batch.lengths[b]!;
	const tokens = new Int32Array(N);
	tokens.set(prompt);
	tokens.set(batch.tokens.subarray(b * batch.T, b * batch.T + batch.lengths[b]!), prompt.length);
	forward(scorer.model, scorer.parameters, { B: 1, N, tokens, lengths: Int32Array.of(n) }, acts);
	return {
		attention: { N: n, promptLength: prompt.length, layers: mapsOf(acts, scorer.model.heads, N, n) },
		scores: scoresOf(scorer, batch, b, prompt.length, acts.logits),
	};
}

/** Maps of the first n tokens, out of buffers for N. */
function mapsOf({ blocks }: Activations, heads: number, N: number, n: number): Float64Array[][] {
	return blocks.map(({ attention }) =>
		Array.from({ length: heads }, (_, h) => {
			const map = new Float64Array(n * n);
			for (let t = 0; t < n; t++) map.set(attention.subarray((h * N + t) * N, (h * N + t) * N + n), t * n);
			return map;
		}),
	);
}

function scoresOf(
	scorer: Scorer,
	batch: RolloutBatch,
	b: number,
	promptLength: number,
	logits: Float64Array,
): Pass["scores"] {
	const { model, task, temperature } = scorer;
	const states = task && statesOf(task, batch, b);
	if (!task || !states) return null;
	const V = model.vocabSize;
	const length = batch.lengths[b]!;
	const own = Array.from({ length }, (_, t) => t).filter((t) => batch.actionMask[b * batch.T + t] === 1);
	const table = new Float32Array(length * V);
	for (const t of own) {
		const turn = task.task.env.turn(states[t]);
		if (turn.actor === "policy") for (const token of turn.legal) table[t * V + token] = 1;
	}
	const found = { logProbs: new Float64Array(own.length), entropy: new Float64Array(own.length) };
	tokenLogProbs(found.logProbs, found.entropy, logits, V, {
		count: own.length,
		rows: Int32Array.from(own, (t) => promptLength + t - 1),
		targets: Int32Array.from(own, (t) => batch.tokens[b * batch.T + t]!),
		legal: { table, states: Uint32Array.from(own) },
		temperature,
	});
	const spread = (from: Float64Array) => {
		const out = new Float64Array(length);
		for (const [i, t] of own.entries()) out[t] = from[i]!;
		return out;
	};
	return { logProbs: spread(found.logProbs), entropy: spread(found.entropy) };
}
