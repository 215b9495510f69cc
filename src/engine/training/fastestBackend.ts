import { STREAMS } from "../core/rng";
import { initParameters, toFloat32 } from "../model/parameters";
import { freshState } from "./checkpoint";
import type { RolloutRequest, TrainingExecutor, TrainingPlan } from "./executor";

/** Steps that are timed, after one that is not: it compiles what was left to compile. */
const TIMED_STEPS = 2;

export interface Candidate {
	readonly name: string;
	open(plan: TrainingPlan): Promise<TrainingExecutor>;
}

export interface Choice {
	/** The fastest candidate, still open. */
	readonly executor: TrainingExecutor;
	readonly name: string;
	/** What was measured, in one sentence. */
	readonly why: string;
}

/**
 * Opens every candidate, trains a few steps on each and keeps the fastest; the others are disposed of. A candidate that does not open
 * or whose steps fail drops out; when none is left, the last failure is thrown. What is left in the executor is of no use: upload anew.
 * @param now milliseconds from any origin.
 */
export async function fastestBackend(
	candidates: readonly Candidate[],
	plan: TrainingPlan,
	now: () => number,
): Promise<Choice> {
	const timed: { name: string; executor: TrainingExecutor; ms: number }[] = [];
	const notes: string[] = [];
	let failure: unknown = new Error("There is no backend to choose from.");
	for (const { name, open } of candidates) {
		try {
			const executor = await open(plan);
			const ms = await timeSteps(executor, plan, now).catch((error) => {
				executor.dispose();
				throw error;
			});
			timed.push({ name, executor, ms });
			notes.push(`${name} ${ms.toFixed(ms < 10 ? 1 : 0)} ms`);
		} catch (error) {
			failure = error;
			notes.push(`${name} failed`);
		}
	}
	const best = timed.reduce((a, b) => (b.ms < a.ms ? b : a), timed[0]!);
	if (!best) throw failure;
	for (const { executor } of timed) if (executor !== best.executor) executor.dispose();
	return { executor: best.executor, name: best.name, why: `${best.name}: a step takes ${notes.join(", ")}.` };
}

/** Mean time of a training step, rollouts included. */
async function timeSteps(executor: TrainingExecutor, plan: TrainingPlan, now: () => number): Promise<number> {
	executor.upload(freshState(toFloat32(initParameters(plan.model, plan.seed))));
	executor.freezeReference();
	const run = async (step: number) => {
		executor.rollout(anyRequest(plan, step));
		executor.train(step);
		await executor.metrics(0);
	};
	await run(1);
	const start = now();
	for (let k = 0; k < TIMED_STEPS; k++) await run(2 + k);
	return (now() - start) / TIMED_STEPS;
}

/** Prompts of the longest kind, whatever they say, from the first start state. */
function anyRequest({ prompts, maxPromptLength, machine }: TrainingPlan, step: number): RolloutRequest {
	return {
		step,
		stream: STREAMS.sample,
		promptTokens: new Int32Array(prompts * maxPromptLength),
		promptLengths: new Int32Array(prompts).fill(maxPromptLength),
		startStates: new Uint32Array(prompts).fill(machine.start[0] ?? 0),
	};
}
