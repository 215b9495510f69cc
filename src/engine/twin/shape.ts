import { isPolicy, type RolloutRecord } from "../formats/record";
import { returnOf } from "../lint/facts";

/** What rollouts look like from afar, whatever they say: enough to find a toy task that poses the same problem of credit. */
export interface Shape {
	/** Mean number of times the policy speaks in a rollout. */
	readonly turns: number;
	/** Mean number of tokens that the policy writes in a rollout. */
	readonly length: number;
	/** Share of the reward, by size, that is paid before the policy's last token, in [0, 1]; 0: only at the end. */
	readonly early: number;
	/** The most frequent number of rollouts in a group. */
	readonly groupSize: number;
	/** Share of the rollouts that succeed; NaN where nothing is known of it. */
	readonly success: number;
}

/** Measures the shape of rollouts one by one, so that none has to be kept. */
export class ShapeCounter {
	private rollouts = 0;
	private turns = 0;
	private tokens = 0;
	private paid = 0;
	private paidEarly = 0;
	private declared = 0;
	private won = 0;
	private readonly returns: number[] = [];
	private readonly groups = new Map<string, number>();

	/** @param group key of its group, the step included. */
	add(record: RolloutRecord, group: string): void {
		const { turns, tokens, last } = spoken(record);
		this.rollouts += 1;
		this.turns += turns;
		this.tokens += tokens;
		record.rewards?.forEach((reward, t) => {
			const size = Math.abs(reward ?? 0);
			this.paid += size;
			if (t < last) this.paidEarly += size;
		});
		if (record.success !== undefined) {
			this.declared += 1;
			if (record.success) this.won += 1;
		}
		const value = returnOf(record);
		if (Number.isFinite(value)) this.returns.push(value);
		this.groups.set(group, (this.groups.get(group) ?? 0) + 1);
	}

	get groupCount(): number {
		return this.groups.size;
	}

	/** The shape of all that was added. Without rollouts everything is 0. */
	shape(): Shape {
		const n = Math.max(1, this.rollouts);
		return {
			turns: this.turns / n,
			length: this.tokens / n,
			early: this.paid > 0 ? this.paidEarly / this.paid : 0,
			groupSize: mostFrequent(this.groups.values()),
			success: this.declared > 0 ? this.won / this.declared : successOf(this.returns),
		};
	}
}

/** How often the policy speaks, how many tokens it writes, and where its last one is (−1 without one). */
function spoken({ tokens, mask, turns }: RolloutRecord): { turns: number; tokens: number; last: number } {
	let [runs, count, last] = [0, 0, -1];
	for (let t = 0; t < tokens.length; t++) {
		if (mask && mask[t] !== 1) continue;
		if (last < 0 || last < t - 1) runs += 1;
		count += 1;
		last = t;
	}
	const named = turns?.filter(({ actor }) => isPolicy(actor)).length ?? 0;
	return { turns: named > 0 ? named : runs, tokens: count, last };
}

/** Share of returns above the middle between the lowest and the highest; of returns that are all equal, 1 if they are positive. */
function successOf(returns: readonly number[]): number {
	if (returns.length === 0) return Number.NaN;
	const low = returns.reduce((a, b) => Math.min(a, b));
	const high = returns.reduce((a, b) => Math.max(a, b));
	const middle = low === high ? 0 : (low + high) / 2;
	return returns.filter((r) => r > middle).length / returns.length;
}

/** The larger one of those that are equally frequent. */
function mostFrequent(sizes: Iterable<number>): number {
	const counts = new Map<number, number>();
	for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
	const [size = 0] = [...counts].reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] > a[0]) ? b : a), [0, 0]);
	return size;
}
