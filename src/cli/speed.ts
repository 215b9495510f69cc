import { initParameters, toFloat32 } from "../engine/model/parameters";
import { freshState } from "../engine/training/checkpoint";
import type { TrainingExecutor } from "../engine/training/executor";
import { repeatedCredit } from "./repeatedCredit";
import type { Workload } from "./workload";

/** How long one part of training takes, over all repeats. */
export interface Speed {
	/** "step" is the training step on rollouts that are there, credit included; "credit" the method alone. */
	readonly part: "rollout" | "step" | "credit";
	readonly medianMs: number;
	readonly fastestTenthMs: number;
	/** Tokens that the policy sampled, a batch; mean over the repeats. */
	readonly tokens: number;
	/** Of `tokens` in the median time. */
	readonly tokensPerSecond: number;
}

/**
 * Times a workload from initial parameters, one round ahead untimed: it compiles what was left to compile. A rollout batch is over when
 * its returns are there, a training step when its metrics are, so that nothing overlaps as it does in a run.
 * @param now milliseconds from any origin.
 * @param onRound called between rounds; what it throws ends the measurement.
 */
export async function measureSpeed(
	executor: TrainingExecutor,
	{ plan, request }: Workload,
	repeats: number,
	now: () => number,
	onRound: (part: string, done: number) => Promise<void>,
): Promise<readonly Speed[]> {
	executor.upload(freshState(toFloat32(initParameters(plan.model, plan.seed))));
	executor.freezeReference();
	const tokens: number[] = [];
	const timed = async (work: () => Promise<unknown>) => {
		const start = now();
		await work();
		return now() - start;
	};
	const round = async (k: number) => {
		await onRound("rollouts and training steps", k);
		const next = request(k + 1);
		const rollout = await timed(async () => {
			executor.rollout(next);
			await executor.readOutcomes();
		});
		const step = await timed(async () => {
			executor.train(k + 1);
			for (const metrics of await executor.metrics(0)) tokens.push(metrics.tokens);
		});
		return { rollout, step };
	};
	const rounds = await repeated(repeats, round);
	const { batch } = await executor.readRollouts();
	const credit = await repeatedCredit(executor, plan, batch);
	try {
		const credits = await repeated(repeats, async (k) => {
			await onRound("credit", k);
			return timed(() => credit.compute());
		});
		const sampled = tokens.slice(1).reduce((sum, n) => sum + n, 0) / repeats;
		const scored = batch.actionMask.reduce((sum, m) => sum + m, 0);
		return [
			speedOf(
				"rollout",
				rounds.map((r) => r.rollout),
				sampled,
			),
			speedOf(
				"step",
				rounds.map((r) => r.step),
				sampled,
			),
			speedOf("credit", credits, scored),
		];
	} finally {
		credit.dispose();
	}
}

/** What `repeats` calls return, after one whose result does not count. */
async function repeated<T>(repeats: number, call: (k: number) => Promise<T>): Promise<T[]> {
	const out: T[] = [];
	for (let k = 0; k <= repeats; k++) out.push(await call(k));
	return out.slice(1);
}

function speedOf(part: Speed["part"], times: readonly number[], tokens: number): Speed {
	const { medianMs, fastestTenthMs } = timesOf(times);
	return { part, medianMs, fastestTenthMs, tokens, tokensPerSecond: (1000 * tokens) / medianMs };
}

/** Times that were measured: with an even number, the median is the lower of the two. */
export function timesOf(times: readonly number[]): Pick<Speed, "medianMs" | "fastestTenthMs"> {
	const sorted = times.toSorted((a, b) => a - b);
	const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
	return { medianMs: at(0.5), fastestTenthMs: at(0.1) };
}
