import { type ModelConfig, parameterLayout } from "../engine/model/config";
import type { RolloutRequest, TrainingExecutor } from "../engine/training/executor";

/** Largest differences between two executors that did the same work. */
export interface Agreement {
	/** Tokens that differ, of all compared; a near tie may fall differently in other arithmetic. */
	readonly differentTokens: number;
	/** In log-probabilities and entropies of the tokens sampled, nats. */
	readonly logProbs: number;
	readonly entropy: number;
	/** In the training method's advantages. */
	readonly advantages: number;
	/** In parameters, after all steps; the key third of the attention bias left out, whose true gradient is zero. */
	readonly parameters: number;
	/** In the loss and the gradient norm, of any step, relative to 1 + the reference's. */
	readonly loss: number;
	readonly gradientNorm: number;
}

/** Samples and trains on both executors, from the state that each holds, one step per request. */
export async function compareExecutors(
	candidate: TrainingExecutor,
	reference: TrainingExecutor,
	model: ModelConfig,
	requests: readonly RolloutRequest[],
): Promise<Agreement> {
	const worst = { differentTokens: 0, logProbs: 0, entropy: 0, advantages: 0, loss: 0, gradientNorm: 0 };
	for (const [i, request] of requests.entries()) {
		for (const executor of [candidate, reference]) {
			executor.rollout(request);
			executor.train(i + 1);
		}
		const [a, b] = [await candidate.readRollouts(), await reference.readRollouts()];
		const [m, n] = [(await candidate.metrics(0)).at(-1)!, (await reference.metrics(0)).at(-1)!];
		worst.differentTokens += a.batch.tokens.reduce((sum, v, k) => sum + (v === b.batch.tokens[k] ? 0 : 1), 0);
		raise(worst, "logProbs", distance(a.batch.logProbs!, b.batch.logProbs!));
		raise(worst, "entropy", distance(a.batch.entropy!, b.batch.entropy!));
		raise(worst, "advantages", distance(a.credit.advantage, b.credit.advantage));
		raise(worst, "loss", Math.abs(m.loss - n.loss) / (1 + Math.abs(n.loss)));
		raise(worst, "gradientNorm", Math.abs(m.gradientNorm - n.gradientNorm) / (1 + n.gradientNorm));
	}
	const [p, q] = [await candidate.download(), await reference.download()];
	return { ...worst, parameters: parameterDistance(model, p.parameters, q.parameters) };
}

/** Largest difference of parameters, the key third of each attention bias left out: softmax does not see it. */
export function parameterDistance(model: ModelConfig, a: ArrayLike<number>, b: ArrayLike<number>): number {
	let worst = 0;
	for (const { name, offset, length } of parameterLayout(model).tensors)
		for (let i = 0; i < length; i++) {
			const isKeyBias = name.endsWith("c_attn.bias") && i >= model.width && i < 2 * model.width;
			if (!isKeyBias) worst = larger(worst, Math.abs(a[offset + i]! - b[offset + i]!));
		}
	return worst;
}

/** Largest |a − b|; NaN on both sides agrees, on one side it is infinite. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
	let worst = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
	for (let i = 0; i < b.length; i++)
		if (!(Number.isNaN(a[i]!) && Number.isNaN(b[i]!))) worst = larger(worst, Math.abs(a[i]! - b[i]!));
	return worst;
}

function raise<K extends string>(worst: Record<K, number>, key: K, value: number): void {
	worst[key] = larger(worst[key], value);
}

/** The larger of two numbers, where NaN is larger than all. */
function larger(a: number, b: number): number {
	return b <= a ? a : Number.isNaN(b) ? Number.POSITIVE_INFINITY : b;
}
