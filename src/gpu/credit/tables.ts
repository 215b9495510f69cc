import { largest } from "../../engine/core/extremes";
import type { SpanTable } from "../../engine/rollouts/batch";
import { floatBits } from "./instructions";

const HEADER = 16;

/** Sets of rollouts: first and count of each in a list of rollouts sorted by group; the last set is the whole batch. */
export interface Sets {
	readonly members: Int32Array;
	readonly ranges: readonly (readonly [number, number])[];
	readonly groups: number;
	/** Members of the largest group. */
	readonly largest: number;
}

/** Groups in order of appearance, members in order of the batch. @param groupIds one a rollout, or the size of all groups. */
export function setsOf(B: number, groupIds: ArrayLike<number> | number): Sets {
	const groups = new Map<number, number[]>();
	for (let b = 0; b < B; b++) {
		const id = typeof groupIds === "number" ? Math.floor(b / groupIds) : groupIds[b]!;
		const members = groups.get(id);
		if (members) members.push(b);
		else groups.set(id, [b]);
	}
	const ranges: [number, number][] = [];
	let first = 0;
	for (const { length } of groups.values()) {
		ranges.push([first, length]);
		first += length;
	}
	return {
		members: Int32Array.from([...groups.values()].flat()),
		ranges: [...ranges, [0, B]],
		groups: groups.size,
		largest: largest(
			ranges.map(([, count]) => count),
			1,
		),
	};
}

/** The read-only words beside a program: header, sets, constants, span tables. */
export class Tables {
	private readonly words: number[] = new Array(HEADER).fill(0);
	private readonly constants = new Map<number, number>();

	append(values: ArrayLike<number>): number {
		const at = this.words.length;
		for (let i = 0; i < values.length; i++) this.words.push(values[i]! >>> 0);
		return at;
	}

	floats(values: ArrayLike<number>): number {
		return this.append(Array.from(values, floatBits));
	}

	/** First word of a float32; equal bits share it. */
	constant(value: number): number {
		const bits = floatBits(value);
		const at = this.constants.get(bits) ?? this.append([bits]);
		this.constants.set(bits, at);
		return at;
	}

	finish(header: readonly number[]): Uint32Array<ArrayBuffer> {
		const words = Uint32Array.from(this.words);
		words.set(header);
		return words;
	}
}

/** Numbers of state keys in order of appearance; spans without one get 2^32 − 1. */
export function keyNumbers(keys: SpanTable["stateKeys"], count: number): Uint32Array {
	const numbers = new Map<string, number>();
	return Uint32Array.from({ length: count }, (_, s) => {
		const key = keys?.[s];
		if (key == null) return 0xffffffff;
		const known = numbers.get(key) ?? numbers.size;
		numbers.set(key, known);
		return known;
	});
}
