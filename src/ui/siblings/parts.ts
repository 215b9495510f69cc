import type { RolloutBatch } from "../../engine/rollouts/batch";
import { type Granularity, granularitiesOf, unitsOf } from "../credit/granularity";

/** Tokens [from, to) of a rollout. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

/** Rollouts cut into what a person reads as one thing. */
export interface Cut {
	/** What the parts are; `rollout` where the rollouts have no parts. */
	readonly unit: "turn" | "step" | "rollout";
	/** The parts of a rollout in order. They cover it: a reply of the environment belongs to what it answers. */
	readonly partsOf: (rollout: number) => readonly Span[];
}

type Columns = Pick<RolloutBatch, "T" | "lengths">;

/** Cuts the rollouts of a group into turns, into steps where none of them has several turns, or not at all. */
export function cutOf(batch: RolloutBatch, members: readonly number[], tokens: readonly string[]): Cut {
	const there = granularitiesOf(batch);
	for (const unit of ["turn", "step"] as const) {
		if (!there.includes(unit)) continue;
		const partsOf = partsBy(batch, tokens, unit);
		if (members.some((b) => partsOf(b).length > 1)) return { unit, partsOf };
	}
	return { unit: "rollout", partsOf: partsBy(batch, tokens, "rollout") };
}

/** The parts of rollouts at a granularity, each found once. */
function partsBy(batch: RolloutBatch, tokens: readonly string[], unit: Granularity): Cut["partsOf"] {
	const units = unitsOf(batch, tokens, unit);
	const known = new Map<number, readonly Span[]>();
	return (rollout) => {
		const parts = known.get(rollout) ?? partsFrom(units, batch, rollout);
		known.set(rollout, parts);
		return parts;
	};
}

/** A part starts with each unit, and with the rollout. */
function partsFrom(units: Int32Array, { T, lengths }: Columns, rollout: number): Span[] {
	const length = lengths[rollout] as number;
	const starts: number[] = [];
	let last = -1;
	for (let t = 0; t < length; t++) {
		const unit = units[rollout * T + t] as number;
		const begins = unit >= 0 && unit !== last;
		if (begins || t === 0) starts.push(t);
		if (unit >= 0) last = unit;
	}
	return starts.map((from, k) => ({ from, to: starts[k + 1] ?? length }));
}
