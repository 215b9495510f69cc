import { emptyRecord, type RolloutRecord } from "./cpuRollout";
import type { RolloutRequest, TrainingPlan } from "./executor";

/** Where groups were placed in the batch, and the request of the whole batch once it is complete. */
export interface Kept {
	/** Place of the first group. */
	readonly first: number;
	readonly whole: RolloutRequest | null;
}

/** The request of a batch that is assembled from groups of several batches. */
export class KeptRequest {
	private request: RolloutRequest | null = null;
	private taken = 0;

	constructor(private readonly plan: Pick<TrainingPlan, "prompts" | "maxPromptLength">) {}

	/** Forgets what was kept. */
	clear(): void {
		this.request = null;
		this.taken = 0;
	}

	/** Gives groups of a batch the next places; step and stream are those of the first batch. */
	add(from: RolloutRequest, groups: readonly number[]): Kept {
		const { prompts, maxPromptLength: width } = this.plan;
		this.request ??= {
			step: from.step,
			stream: from.stream,
			promptTokens: new Int32Array(prompts * width),
			promptLengths: new Int32Array(prompts),
			startStates: new Uint32Array(prompts),
		};
		const { promptTokens, promptLengths, startStates } = this.request;
		const first = this.taken;
		for (const group of groups) {
			promptTokens.set(from.promptTokens.subarray(group * width, (group + 1) * width), this.taken * width);
			promptLengths[this.taken] = from.promptLengths[group]!;
			startStates[this.taken] = from.startStates[group]!;
			this.taken++;
		}
		const whole = this.taken === prompts ? this.request : null;
		if (whole) this.clear();
		return { first, whole };
	}
}

const FIELDS = [
	"tokens",
	"lengths",
	"states",
	"mask",
	"logProbs",
	"entropy",
	"rewards",
	"values",
	"success",
	"truncated",
	"bootstrap",
] as const satisfies readonly (keyof RolloutRecord)[];

/** Groups of several rollout batches that together make one, on the host. */
export class KeptGroups {
	private readonly kept: KeptRequest;
	private record: RolloutRecord | null = null;

	constructor(private readonly plan: TrainingPlan) {
		this.kept = new KeptRequest(plan);
	}

	clear(): void {
		this.kept.clear();
		this.record = null;
	}

	/** Sets groups aside. @returns the whole once it is complete, else null. */
	add(request: RolloutRequest, record: RolloutRecord, groups: readonly number[]) {
		const { prompts, groupSize, maxResponseLength } = this.plan;
		const { first, whole } = this.kept.add(request, groups);
		this.record ??= emptyRecord(prompts * groupSize, maxResponseLength);
		for (const name of FIELDS) {
			const width = record[name].length / prompts;
			groups.forEach((group, i) => {
				this.record![name].set(record[name].subarray(group * width, (group + 1) * width), (first + i) * width);
			});
		}
		if (!whole) return null;
		const complete = this.record;
		this.record = null;
		return { request: whole, record: complete };
	}
}
