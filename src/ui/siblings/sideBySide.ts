import type { RolloutBatch } from "../../engine/rollouts/batch";
import type { Span } from "./parts";

/** What stands on one line of two rollouts beside each other; null where one has nothing of the kind. */
export interface Line {
	readonly left: Span | null;
	readonly right: Span | null;
	/** Both read the same. */
	readonly alike: boolean;
}

type Columns = Pick<RolloutBatch, "T" | "tokens" | "lengths">;
/** Parts of a rollout as one key each, so that they compare at once. */
interface Side {
	readonly parts: readonly Span[];
	readonly keys: readonly string[];
}

/** Pairs of parts that are compared at most: beyond it parts stand beside each other by their place. */
const MOST_PAIRS = 1_000_000;

/** The number of tokens that two rollouts both begin with. */
export function sharedTokens({ T, tokens, lengths }: Columns, a: number, b: number): number {
	const most = Math.min(lengths[a] as number, lengths[b] as number);
	let t = 0;
	while (t < most && tokens[a * T + t] === tokens[b * T + t]) t++;
	return t;
}

/**
 * Two rollouts beside each other, part by part: the parts that both begin with, the two in which they part, and of the others those
 * that read the same on one line, as many as there can be (the longest common subsequence).
 * @param partsOf parts of a rollout, which cover it.
 */
export function sideBySide(
	batch: Columns,
	[a, b]: readonly [number, number],
	partsOf: (rollout: number) => readonly Span[],
): Line[] {
	const side = (rollout: number): Side => {
		const parts = partsOf(rollout);
		const from = rollout * batch.T;
		return { parts, keys: parts.map((p) => batch.tokens.subarray(from + p.from, from + p.to).join()) };
	};
	const [left, right] = [side(a), side(b)];
	let same = 0;
	while (same < left.keys.length && same < right.keys.length && left.keys[same] === right.keys[same]) same++;
	const lines = left.parts
		.slice(0, same)
		.map((part, k): Line => ({ left: part, right: partAt(right, k), alike: true }));
	if (same === left.keys.length && same === right.keys.length) return lines;
	// Where they part, the two stand beside each other even if one of them comes again later.
	lines.push({ left: partAt(left, same), right: partAt(right, same), alike: false });
	return [...lines, ...aligned(rest(left, same + 1), rest(right, same + 1))];
}

const partAt = ({ parts }: Side, k: number): Span | null => parts[k] ?? null;
const rest = ({ parts, keys }: Side, from: number): Side => ({ parts: parts.slice(from), keys: keys.slice(from) });

function aligned(left: Side, right: Side): Line[] {
	const lines: Line[] = [];
	let [i, j] = [0, 0];
	const different = (toI: number, toJ: number) => {
		for (let k = 0; i + k < toI || j + k < toJ; k++)
			lines.push({
				left: i + k < toI ? partAt(left, i + k) : null,
				right: j + k < toJ ? partAt(right, j + k) : null,
				alike: false,
			});
		[i, j] = [toI, toJ];
	};
	for (const [k, l] of commonPairs(left.keys, right.keys)) {
		different(k, l);
		lines.push({ left: partAt(left, k), right: partAt(right, l), alike: true });
		[i, j] = [k + 1, l + 1];
	}
	different(left.parts.length, right.parts.length);
	return lines;
}

/** The longest common subsequence of two lists as pairs of places, earliest first. */
function commonPairs(a: readonly string[], b: readonly string[]): [number, number][] {
	if (a.length * b.length > MOST_PAIRS)
		return a.flatMap((key, k): [number, number][] => (key === b[k] ? [[k, k]] : []));
	const width = b.length + 1;
	// longest[i·width + j]: of what follows i in a and j in b.
	const longest = new Uint32Array((a.length + 1) * width);
	for (let i = a.length - 1; i >= 0; i--)
		for (let j = b.length - 1; j >= 0; j--) {
			const at = i * width + j;
			longest[at] =
				a[i] === b[j]
					? (longest[at + width + 1] as number) + 1
					: Math.max(longest[at + width] as number, longest[at + 1] as number);
		}
	const pairs: [number, number][] = [];
	for (let i = 0, j = 0; i < a.length && j < b.length; ) {
		if (a[i] === b[j]) pairs.push([i++, j++]);
		else if ((longest[(i + 1) * width + j] as number) >= (longest[i * width + j + 1] as number)) i++;
		else j++;
	}
	return pairs;
}
