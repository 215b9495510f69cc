import { type Shape, ShapeCounter } from "../../twin/shape";
import { groupKey, isAlone } from "../groups";
import type { RolloutRecord } from "../record";
import { type Channel, NO_TEXT } from "./importer";

/** What a file holds and lacks, counted over its rollouts. */
export interface ReportCard {
	readonly rollouts: number;
	readonly steps: number;
	readonly groups: number;
	/** Share of rollouts that carry each channel, in [0, 1]. */
	readonly found: Readonly<Record<Channel, number>>;
	readonly missing: readonly Channel[];
	/** Names of the parts of the reward, of the first rollout that has any. */
	readonly parts: readonly string[];
	/** What its rollouts look like from afar. */
	readonly shape: Shape;
}

const CARRIES: Readonly<Record<Channel, (r: RolloutRecord) => boolean>> = {
	tokens: (r) => typeof r.tokens[0] === "number",
	text: (r) => r.text !== undefined || r.tokens.some((token) => typeof token === "string" && token !== NO_TEXT),
	mask: (r) => r.mask !== undefined,
	logprobs: (r) => r.logprobs !== undefined,
	ref_logprobs: (r) => r.ref_logprobs !== undefined,
	values: (r) => r.values !== undefined,
	advantages: (r) => r.advantages !== undefined,
	groups: (r) => !isAlone(r),
	turns: (r) => r.turns !== undefined,
	reward: (r) => typeof r.reward === "number" || r.rewards !== undefined,
};
const CHANNELS = Object.keys(CARRIES) as Channel[];

/** Counts rollouts one by one, so that none has to be kept. */
export class CardCounter {
	private rollouts = 0;
	private readonly counts = new Map<Channel, number>();
	private readonly steps = new Set<number | undefined>();
	private readonly shapes = new ShapeCounter();
	private parts: readonly string[] = [];

	add(record: RolloutRecord): void {
		this.rollouts += 1;
		for (const name of CHANNELS) if (CARRIES[name](record)) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
		if (this.parts.length === 0 && record.dims) this.parts = Object.keys(record.dims);
		this.steps.add(record.step);
		this.shapes.add(record, groupKey(record, this.rollouts));
	}

	card(): ReportCard {
		const { rollouts } = this;
		const found = Object.fromEntries(
			CHANNELS.map((name) => [name, rollouts === 0 ? 0 : (this.counts.get(name) ?? 0) / rollouts]),
		) as Record<Channel, number>;
		return {
			rollouts,
			steps: this.steps.size,
			groups: this.shapes.groupCount,
			found,
			missing: CHANNELS.filter((name) => found[name] === 0),
			parts: this.parts,
			shape: this.shapes.shape(),
		};
	}
}

/** The report card of rollouts that are all at hand; see `CardCounter` for those that come in pieces. */
export function reportCard(records: readonly RolloutRecord[]): ReportCard {
	const counter = new CardCounter();
	for (const record of records) counter.add(record);
	return counter.card();
}
