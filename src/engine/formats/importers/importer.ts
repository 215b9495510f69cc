import { InvalidInput } from "../../core/errors";
import { isObject } from "../../core/json";
import { plural } from "../../core/plural";
import { UNSPACED } from "../../core/writing";
import type { RolloutRecord } from "../record";
import { fitsRollout } from "../rolloutsJsonl";

/** What a source may lack; each is said by name in the report card. */
export type Channel =
	| "tokens"
	| "logprobs"
	| "ref_logprobs"
	| "mask"
	| "advantages"
	| "values"
	| "groups"
	| "turns"
	| "reward"
	| "text";

/** Stands for a token whose text nobody knows. */
export const NO_TEXT = "▯";

/** Where a row came from, for ids and messages. */
export interface RowOrigin {
	readonly file: string;
	/** 1-based line, or row of a table. */
	readonly line: number;
}

/** A foreign format: recognised by what a row contains, never by its name. One row may hold several rollouts. */
export interface Importer {
	readonly id: string;
	readonly title: string;
	/** How one gets such a file, and what it never holds, in a sentence. */
	readonly about: string;
	/** Keys that make a row this format; shown beside an unknown file as what is missing. */
	readonly keys: readonly string[];
	detect(row: Row): boolean;
	/** What is doubtful about files whose first row is this one, in a sentence. */
	notice?(row: Row): string | undefined;
	/** @throws InvalidInput naming file, line and field. */
	convert(row: Row, origin: RowOrigin): RolloutRecord[];
	/** Formats that may write a rollout over several rows, one behind the other. */
	readonly parts?: {
		/** Undefined for a row that is whole. */
		of(row: Row): RowPart | undefined;
		/**
		 * The rollout of two rows or more, in their order.
		 * @param origin of the first.
		 */
		joined(rows: readonly Row[], origin: RowOrigin): RolloutRecord;
		/** What is done with such rollouts, a sentence. */
		readonly notice: string;
	};
}

/** Which rollout a row is a part of, and the how manieth, from 0. */
export interface RowPart {
	readonly of: string;
	readonly index: number;
}

/** A parsed JSON object or table row: data of unknown shape. */
export type Row = Readonly<Record<string, unknown>>;

export const isRow = (value: unknown): value is Row => isObject(value);

/** The objects of a list; none of anything else. */
export const objectsIn = (value: unknown): readonly Row[] => (Array.isArray(value) ? value.filter(isRow) : []);

export const has = (row: Row, ...keys: string[]): boolean => keys.every((key) => Object.hasOwn(row, key));

/** The training step that a file's name tells, as in `step_12`. */
export function stepIn(file: string): number | undefined {
	const found = /step[_-]?(\d+)/.exec(file)?.[1];
	return found === undefined ? undefined : Number(found);
}

/** NaN and the infinities, as numbers or as Python and JavaScript spell them. */
const isNonFinite = (value: unknown): boolean =>
	typeof value === "number"
		? !Number.isFinite(value)
		: typeof value === "string" && /^\s*[+-]?(nan|inf(inity)?)\s*$/i.test(value);

/** Reads fields of one row and knows how to complain. */
export class Fields {
	constructor(
		readonly row: Row,
		readonly origin: RowOrigin,
		private readonly path = "",
	) {}

	private fail(name: string, value: unknown, want: string): never {
		const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "missing");
		throw new InvalidInput(
			`${this.origin.file}, line ${this.origin.line}: ${this.path}${name} is ${text.length > 40 ? `${text.slice(0, 40)}…` : text}; it must be ${want}.`,
		);
	}

	string(name: string): string {
		const value = this.row[name];
		return typeof value === "string" ? value : this.fail(name, value, "text");
	}
	/** A finite number; number-like text counts, since some writers turn everything into text. */
	number(name: string): number {
		const value = this.optionalNumber(name);
		return value === undefined ? this.fail(name, this.row[name], "a number") : value;
	}
	optionalNumber(name: string): number | undefined {
		const value = this.row[name];
		if (value === undefined || value === null) return undefined;
		const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
		return typeof number === "number" && Number.isFinite(number) ? number : this.fail(name, value, "a number");
	}
	/** A number that may be unknown: null where it is missing or not finite, so that the rollout is kept and the gap can be named. */
	known(name: string): number | null {
		return isNonFinite(this.row[name]) ? null : (this.optionalNumber(name) ?? null);
	}
	/** What a rollout earned, under the first of the names that the row has: null for a number that is not finite, undefined for none. */
	reward(...names: readonly string[]): number | null | undefined {
		const name = names.find((one) => this.row[one] !== undefined && this.row[one] !== null);
		return name === undefined ? undefined : this.known(name);
	}
	/** A list of numbers; null and what is not finite become null. */
	numbers(name: string): (number | null)[] {
		const value = this.row[name];
		if (!Array.isArray(value)) return this.fail(name, value, "a list of numbers");
		return value.map((x) => {
			if (typeof x === "number" && Number.isFinite(x)) return x;
			return x === null || isNonFinite(x) ? null : this.fail(name, x, "a number or null");
		});
	}
	optionalNumbers(name: string): (number | null)[] | undefined {
		return this.row[name] === undefined || this.row[name] === null ? undefined : this.numbers(name);
	}
	/** Token ids. */
	ids(name: string): number[] {
		const value = this.row[name];
		if (!Array.isArray(value) || !value.every((x) => Number.isSafeInteger(x) && x >= 0))
			return this.fail(name, value, "a list of token ids");
		return value as number[];
	}
	/** 0 or 1 each; booleans count. */
	mask(name: string): number[] {
		const value = this.row[name];
		if (!Array.isArray(value) || !value.every((x) => x === 0 || x === 1 || typeof x === "boolean"))
			return this.fail(name, value, "a list of 0 and 1");
		return value.map(Number);
	}
	strings(name: string): string[] {
		const value = this.row[name];
		if (!Array.isArray(value) || !value.every((x) => typeof x === "string"))
			return this.fail(name, value, "a list of texts");
		return value as string[];
	}
	object(name: string): Fields {
		const value = this.row[name];
		return isRow(value) ? new Fields(value, this.origin, `${this.path}${name}.`) : this.fail(name, value, "an object");
	}
	objects(name: string): Fields[] {
		const value = this.row[name];
		if (!Array.isArray(value) || !value.every(isRow)) return this.fail(name, value, "a list of objects");
		return value.map((item, i) => new Fields(item as Row, this.origin, `${this.path}${name}[${i}].`));
	}
	/** The list itself, unread. */
	list(name: string): readonly unknown[] {
		const value = this.row[name];
		return Array.isArray(value) ? value : this.fail(name, value, "a list");
	}
	has(name: string): boolean {
		return this.row[name] !== undefined && this.row[name] !== null;
	}
	/** @throws InvalidInput when the lists do not have one length. */
	sameLength(length: number, lists: Readonly<Record<string, readonly unknown[] | undefined>>): void {
		for (const [name, list] of Object.entries(lists))
			if (list && list.length !== length)
				throw new InvalidInput(
					`${this.origin.file}, line ${this.origin.line}: ${this.path}${name} has ${list.length} ${list.length === 1 ? "entry" : "entries"} for ${plural(length, "token")}; the lengths must agree.`,
				);
	}
}

/** In writing without spaces each character, with the marks on it; elsewhere what stands between spaces or such characters. */
const WORD = new RegExp(`\\s*(?:[${UNSPACED}]\\p{M}*|[^\\s${UNSPACED}]+)|\\s+$`, "gu");

/**
 * Words and the space before them: the stand-in for tokens where a source has text alone. They join to the text. Writing without spaces
 * (Chinese, Japanese, Thai, …) is cut into characters.
 */
export function words(text: string): string[] {
	return text.match(WORD) ?? [];
}

/**
 * Fields of the row that the importer did not use, so that nothing is lost. A name that means something else in a rollout (`turns: 3`) gets
 * `source_` before it, unless what it holds is what a rollout holds there.
 */
export function rest(row: Row, ...used: string[]): Record<string, unknown> {
	const left = Object.entries(without(row, ...used));
	return Object.fromEntries(left.map(([key, value]) => [fitsRollout(key, value) ? key : `source_${key}`, value]));
}

/** The same of an object within a row, whose names are its own. */
export function without(row: Row, ...used: string[]): Record<string, unknown> {
	return Object.fromEntries(Object.entries(row).filter(([key]) => !used.includes(key)));
}

/** What is left of an object or of a list of them; undefined where that is nothing. */
export function remains<T extends Row | readonly Row[]>(left: T): T | undefined {
	const all: readonly object[] = Array.isArray(left) ? left : [left];
	return all.some((part) => Object.keys(part).length > 0) ? left : undefined;
}

/** The i-th rollout's share of the fields of a row of n: its entry of lists of n, the whole of anything else. */
export function entryOf(fields: Record<string, unknown>, i: number, n: number): Record<string, unknown> {
	const shares = Object.entries(fields).map(([name, x]) => [name, Array.isArray(x) && x.length === n ? x[i] : x]);
	return Object.fromEntries(shares);
}

/** Spreads a compact list over the ones of a mask; null elsewhere. */
export function expand(compact: readonly (number | null)[], mask: readonly number[]): (number | null)[] {
	let next = 0;
	return mask.map((m) => (m ? (compact[next++] ?? null) : null));
}

/** Only the fields that are there: absent ones would otherwise be written as `undefined`. */
export function present<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]: Exclude<T[K], undefined>;
	};
}
