import { Rng } from "../core/rng";
import { stateValues } from "../tasks/returns";
import type { Task } from "../tasks/task";
import { play } from "../tasks/walk";
import { bestTokens, creditLength } from "./creditLength";
import { type DecisionMeasures, decisionMeasures } from "./decisions";
import { askOracle } from "./oracle";
import { type Policy, tabularPolicy } from "./policy";
import { sampleResponse } from "./sampleResponse";
import type { Truth } from "./truth";

/** Where and how a task is decided, for a policy that is right most of the time. */
export interface TaskMeasures extends DecisionMeasures {
	/** Mean return of the rollouts measured. */
	readonly meanReturn: number;
	/** Largest and mean credit length over visited states in which tokens differ, tokens; NaN without one. */
	readonly creditLength: number;
	readonly meanCreditLength: number;
	readonly rollouts: number;
}

export interface MeasureOptions {
	/** Probability of a best token; otherwise a uniform one. 0 is the uniform policy. */
	readonly skill: number;
	readonly prompts: number;
	readonly rolloutsPerPrompt: number;
	readonly tau: number;
}
export const MEASURE_DEFAULTS: MeasureOptions = { skill: 0.8, prompts: 16, rolloutsPerPrompt: 4, tau: 0.1 };

/** Writes one of the best tokens with probability `skill`, otherwise any legal one; sees states only, so dynamic programming is exact. */
export function skilledPolicy(task: Task, skill: number): Policy {
	const worth = stateValues(task.env);
	const best = bestTokens(task.env, (state) => worth(state).optimal);
	const known = new Map<string, readonly number[]>();
	return tabularPolicy(task.vocab.tokens.length, "state", ({ item, response, key, legal }, token) => {
		let good = known.get(key);
		if (!good) {
			good = best(play(task.env, item, response).states.at(-1));
			known.set(key, good);
		}
		return (good.includes(token) ? skill / good.length : 0) + (1 - skill) / legal.length;
	});
}

/** Decision measures and credit length of a task under `skilledPolicy`, over rollouts of its first training prompts. */
export async function measureTask(task: Task, given: Partial<MeasureOptions> = {}): Promise<TaskMeasures> {
	const { skill, prompts, rolloutsPerPrompt, tau } = { ...MEASURE_DEFAULTS, ...given };
	const policy = skilledPolicy(task, skill);
	const length = creditLength(task);
	const truths: Truth[] = [];
	const lengths: number[] = [];
	let total = 0;
	for (let p = 0; p < Math.min(prompts, task.promptCount); p++) {
		const item = task.item("train", p);
		const rng = Rng.of(0).fork("measures").fork(p);
		const responses: number[][] = [];
		for (let r = 0; r < rolloutsPerPrompt; r++) responses.push(await sampleResponse(task, item, policy, rng.fork(r)));
		truths.push(...(await askOracle("dp", { task, item, responses, policy })));
		for (const response of responses) {
			const { states, total: earned } = play(task.env, item, response);
			total += earned;
			lengths.push(...states.map(length).filter((n) => n > 0));
		}
	}
	return {
		...decisionMeasures(truths, task.returnRange, tau),
		meanReturn: total / truths.length,
		creditLength: lengths.length > 0 ? Math.max(...lengths) : Number.NaN,
		meanCreditLength: lengths.reduce((a, n) => a + n, 0) / lengths.length,
		rollouts: truths.length,
	};
}
