import { allAlike } from "../credit/alike";
import type { GroupOutcomes, RolloutRequest, StepMetrics, TrainingExecutor, TrainingPlan } from "./executor";

/** What it took to fill the batch of a step. */
export interface Filling {
	/** Rollout batches that were sampled, and groups in them. */
	readonly rounds: number;
	readonly groups: number;
	/** Policy tokens of the groups that were left out. */
	readonly discardedTokens: number;
}

/**
 * Dynamic sampling: rollout batches are sampled until groups whose returns differ fill one. Groups stay in the order in which they
 * were sampled, those beyond the batch are left out; where the rounds run out, groups of the last one whose returns are equal take
 * the places that are left, and the batch has dead groups.
 *
 * **Edges** a first batch without dead groups stays as it is, and is one round.
 * **Source** Yu et al. 2025, "DAPO", https://arxiv.org/abs/2503.14476, equation 11. As in verl's recipe (`filter_groups` with its
 * `max_num_gen_batches`, `gen_batch_size` that of training) rounds are whole batches and the first groups stay; verl ends the run
 * where the rounds run out, keeps groups of one, and asks whether scores of the chosen metric differ; here what the environment pays.
 * @param request of a round, from 0.
 * @param proceed called between rounds; what it throws ends the sampling.
 * @throws WorkFailed when the device was lost.
 */
export async function fillBatch(
	executor: Pick<TrainingExecutor, "rollout" | "readGroups" | "keep">,
	request: (round: number) => RolloutRequest,
	{ prompts, groupSize, sampling: { rounds: most = 1 } }: Pick<TrainingPlan, "prompts" | "groupSize" | "sampling">,
	proceed: () => Promise<void>,
): Promise<Filling> {
	let places = prompts;
	let discardedTokens = 0;
	for (let rounds = 1; ; rounds++) {
		executor.rollout(request(rounds - 1));
		const outcomes = await executor.readGroups();
		const staying = groupsThatStay(outcomes, groupSize, places, rounds === most);
		discardedTokens += tokensOfOthers(outcomes, staying);
		if (staying.length < prompts) executor.keep(staying);
		places -= staying.length;
		if (places === 0) return { rounds, groups: rounds * prompts, discardedTokens };
		await proceed();
	}
}

/** The first groups whose returns differ, at most `places`; in the last round others behind them, so that no place is left. */
export function groupsThatStay(
	{ returns }: Pick<GroupOutcomes, "returns">,
	groupSize: number,
	places: number,
	isLast: boolean,
): number[] {
	const differ: number[] = [];
	const alike: number[] = [];
	for (let g = 0; g * groupSize < returns.length; g++) {
		const own = returns.subarray(g * groupSize, (g + 1) * groupSize);
		(allAlike(own) ? alike : differ).push(g);
	}
	return (isLast ? [...differ, ...alike] : differ).slice(0, places);
}

/** A step's numbers with what its batch took; its tokens are then all that were sampled. */
export function withFilling(metrics: StepMetrics, filling: Filling | undefined): StepMetrics {
	if (!filling) return metrics;
	const { rounds, groups, discardedTokens } = filling;
	return { ...metrics, tokens: metrics.tokens + discardedTokens, discardedTokens, rounds, sampledGroups: groups };
}

function tokensOfOthers({ tokens }: GroupOutcomes, staying: readonly number[]): number {
	return tokens.reduce((sum, n, g) => sum + (staying.includes(g) ? 0 : n), 0);
}
