import { rolloutKey, STREAMS } from "../core/rng";
import type { TurnTable } from "../tasks/turnTable";
import { type Continuation, emptyRecord, type OpenRecord, type RolloutRecord, type RolloutSampler } from "./cpuRollout";
import type { RolloutRequest, TrainingPlan } from "./executor";
import { treeOwner } from "./treeTopology";

type Turns = NonNullable<TrainingPlan["turns"]>;

/** A sampler for the plan: in turns, where its task cannot be tabulated. */
export function samplerFor(plan: TrainingPlan, sampler: RolloutSampler): RolloutSampler {
	return plan.turns ? new TurnSampler(plan, plan.turns, sampler) : sampler;
}

/**
 * Rollouts turn by turn: the sampler writes the policy's turns, the environment answers all that wait at once, and so on. Draws are
 * keyed as in a table, so a task that fits into one gives the same rollouts either way.
 */
class TurnSampler implements RolloutSampler {
	private readonly table: TurnTable;

	constructor(
		private readonly plan: TrainingPlan,
		private readonly turns: Turns,
		private readonly sampler: RolloutSampler,
	) {
		this.table = turns.table;
	}

	sample(given: RolloutRequest, continuation?: Continuation): RolloutRecord {
		const { table, plan } = this;
		const request = continuation ? given : this.entered(given);
		const record = emptyRecord(plan.prompts * plan.groupSize, plan.maxResponseLength);
		record.ends.forEach((_, b) => {
			record.ends[b] = request.startStates[Math.floor(b / plan.groupSize)]!;
		});
		for (;;) {
			this.answer(request, record, continuation);
			if (!this.anyoneActs(record, continuation)) break;
			this.sampler.sample(request, continuation, record);
		}
		record.ends.forEach((end, b) => {
			record.truncated[b] = table.over(end) ? 0 : 1;
			record.success[b] = table.machine.success[end]!;
		});
		return record;
	}

	/** The request with states of the table in place of items of the pool. */
	private entered(request: RolloutRequest): RolloutRequest {
		const { table, items, env } = this.turns;
		if (!request.goesOn) table.clear();
		return { ...request, startStates: request.startStates.map((i) => table.enter(env.start(items[i]!))) };
	}

	/** The environment's words for all that wait, up to the policy's next turn, the end, or the limit. */
	private answer(request: RolloutRequest, record: OpenRecord, continuation: Continuation | undefined): void {
		const { table, plan } = this;
		const T = plan.maxResponseLength;
		for (let b = 0; b < record.ends.length; b++) {
			const limit = this.limitOf(b, continuation);
			for (let t = record.lengths[b]!; t < limit && table.waits(record.ends[b]!); t++) {
				const owner = treeOwner(plan.sampling, plan.groupSize, b, t);
				const key =
					continuation?.keys[b]?.environment ?? rolloutKey(plan.seed, STREAMS.environment, request.step, owner);
				const position = request.promptLengths[Math.floor(b / plan.groupSize)]! + t;
				const { token, reward, next } = table.reply(record.ends[b]!, key, position);
				record.tokens[b * T + t] = token;
				record.states[b * T + t] = record.ends[b]!;
				record.rewards[b * T + t] = reward;
				record.values[b * T + t] = Number.NaN;
				record.ends[b] = next;
				record.lengths[b] = t + 1;
			}
		}
	}

	private limitOf(b: number, continuation: Continuation | undefined): number {
		return continuation?.limits[Math.floor(b / this.plan.groupSize)] ?? this.plan.maxResponseLength;
	}

	private anyoneActs({ ends, lengths }: OpenRecord, continuation: Continuation | undefined): boolean {
		return ends.some(
			(end, b) => lengths[b]! < this.limitOf(b, continuation) && !this.table.over(end) && !this.table.waits(end),
		);
	}
}
