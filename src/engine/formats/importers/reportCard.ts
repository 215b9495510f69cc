import type { RolloutRecord } from "../record";
import type { Channel } from "./importer";

/** What a file holds and lacks, counted over its rollouts. */
export interface ReportCard {
	readonly rollouts: number;
	readonly steps: number;
	readonly groups: number;
	/** Share of rollouts that carry each channel, in [0, 1]. */
	readonly found: Readonly<Record<Channel, number>>;
	readonly missing: readonly Channel[];
}

const CARRIES: Readonly<Record<Channel, (r: RolloutRecord) => boolean>> = {
	tokens: (r) => typeof r.tokens[0] === "number",
	text: (r) => r.text !== undefined || typeof r.tokens[0] === "string",
	mask: (r) => r.mask !== undefined,
	logprobs: (r) => r.logprobs !== undefined,
	ref_logprobs: (r) => r.ref_logprobs !== undefined,
	values: (r) => r.values !== undefined,
	advantages: (r) => r.advantages !== undefined,
	groups: (r) => r.group !== undefined || r.prompt !== undefined,
	turns: (r) => r.turns !== undefined,
	reward: (r) => typeof r.reward === "number" || r.rewards !== undefined,
};

/** Group names are counted within their step; rollouts without one group by equal prompt. */
export function reportCard(records: readonly RolloutRecord[]): ReportCard {
	const groups = new Set(records.map((r) => JSON.stringify([r.step ?? null, r.group ?? r.prompt ?? r.id])));
	const found = Object.fromEntries(
		Object.entries(CARRIES).map(([name, carries]) => [
			name,
			records.length === 0 ? 0 : records.filter(carries).length / records.length,
		]),
	) as Record<Channel, number>;
	return {
		rollouts: records.length,
		steps: new Set(records.map((r) => r.step)).size,
		groups: groups.size,
		found,
		missing: (Object.keys(found) as Channel[]).filter((name) => found[name] === 0),
	};
}
