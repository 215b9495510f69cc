import type { RolloutBatch, SpanTable } from "../../engine/rollouts/batch";

/** At which size of unit credit is read: the same array, summed over more and more tokens. */
export const GRANULARITIES = ["token", "word", "step", "turn", "rollout"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** Granularities that a batch can be read at: steps only where the rollouts carry them. */
export function granularitiesOf(batch: RolloutBatch): Granularity[] {
	return GRANULARITIES.filter((g) => g !== "step" || batch.steps !== undefined);
}

/**
 * The unit of each token of a batch `[B·T]`: equal numbers belong together, −1 for tokens outside of every unit and of the environment.
 *
 * Words: a number's digits belong together, and so do pieces of a word in vocabularies that mark word starts by a space. Turns: the
 * rollouts' own, else runs of the policy's tokens between two of the environment.
 */
export function unitsOf(batch: RolloutBatch, tokens: readonly string[], granularity: Granularity): Int32Array {
	const out = new Int32Array(batch.B * batch.T).fill(-1);
	let next = 0;
	const starts = startsOf(batch, tokens, granularity);
	for (let b = 0; b < batch.B; b++) {
		const from = b * batch.T;
		let unit = -1;
		for (let t = 0; t < (batch.lengths[b] as number); t++) {
			const begins = starts(b, t);
			if (begins === "outside") unit = -1;
			else if (begins === "start" || unit < 0) unit = next++;
			if (batch.actionMask[from + t] === 1) out[from + t] = unit;
		}
	}
	return out;
}

/** What a token is to the unit before it: its continuation, the start of a new one, or in none. */
type Place = "start" | "on" | "outside";
type PlaceOf = (b: number, t: number) => Place;

function startsOf(batch: RolloutBatch, tokens: readonly string[], granularity: Granularity): PlaceOf {
	switch (granularity) {
		case "token":
			return () => "start";
		case "word":
			return wordPlaces(batch, tokens);
		case "step":
			return batch.steps ? tablePlaces(batch.steps) : () => "outside";
		case "turn":
			return batch.turns ? tablePlaces(batch.turns) : maskPlaces(batch);
		case "rollout":
			return (_, t) => (t === 0 ? "start" : "on");
	}
}

/** Spans of a table as places; spans of the environment are outside. */
function tablePlaces({ offsets, start, end, actor }: SpanTable): PlaceOf {
	return (b, t) => {
		for (let s = offsets[b] as number; s < (offsets[b + 1] as number); s++)
			if (actor[s] === 1 && t >= (start[s] as number) && t < (end[s] as number)) return t === start[s] ? "start" : "on";
		return "outside";
	};
}

const maskPlaces =
	({ actionMask, T }: RolloutBatch): PlaceOf =>
	(b, t) =>
		actionMask[b * T + t] === 1 ? "on" : "outside";

function wordPlaces(batch: RolloutBatch, tokens: readonly string[]): PlaceOf {
	const spaced = tokens.some((name) => SPACE.test(name) && name.trim().length > 0);
	const nameAt = (b: number, t: number) => tokens[batch.tokens[b * batch.T + t] as number] ?? "";
	return (b, t) => {
		if (t === 0 || batch.actionMask[b * batch.T + t - 1] !== batch.actionMask[b * batch.T + t]) return "start";
		const [before, here] = [nameAt(b, t - 1), nameAt(b, t)];
		const digits = DIGITS.test(before) && DIGITS.test(here);
		return digits || (spaced && !SPACE.test(here) && here !== "") ? "on" : "start";
	};
}

/** Marks of a word's start in byte-pair and sentence-piece vocabularies. */
const SPACE = /^[\s\u0120\u2581]/;
const DIGITS = /^\d+$/;

/** The credit of whole rollouts: values `[B·T]` summed over their scored tokens of the policy; NaN where there is none. */
export function sumByRollout(
	{ T, actionMask, lengths }: RolloutBatch,
	rollouts: readonly number[],
	values: Float64Array,
): Float64Array {
	return Float64Array.from(rollouts, (b) => {
		let sum = Number.NaN;
		for (let at = b * T; at < b * T + (lengths[b] as number); at++) {
			const value = values[at] as number;
			if (actionMask[at] === 1 && !Number.isNaN(value)) sum = Number.isNaN(sum) ? value : sum + value;
		}
		return sum;
	});
}

/** Values summed over each unit, every token of a unit holding the sum; tokens outside of every unit are not scored. */
export function sumByUnit(values: Float64Array, units: Int32Array): Float64Array {
	const sums = new Map<number, number>();
	units.forEach((unit, i) => {
		const value = values[i] as number;
		if (unit >= 0 && !Number.isNaN(value)) sums.set(unit, (sums.get(unit) ?? 0) + value);
	});
	return values.map((value, i) => {
		const unit = units[i] as number;
		return unit < 0 ? value : (sums.get(unit) ?? Number.NaN);
	});
}
