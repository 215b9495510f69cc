import { InvalidInput } from "../core/errors";
import { isObject, readJson } from "../core/json";
import { parseJson } from "./containers/json";
import type { RolloutRecord } from "./record";

/** A rollout and where it stood. */
export interface RolloutLine {
	readonly record: RolloutRecord;
	/** `file, line N`, for messages. */
	readonly where: string;
}

/**
 * Reads rollouts JSONL v1: one object a line; empty lines are skipped, unknown fields kept. Ids stay as they are, even where two are the same.
 * @param file names the file in messages.
 * @throws InvalidInput names file, line and field, and says what would be right.
 */
export function readRollouts(text: string, file: string): RolloutLine[] {
	const lines = text.split("\n").flatMap((line, i) => {
		const where = `${file}, line ${i + 1}`;
		return line.trim() === "" ? [] : [{ record: readRecord(line, where), where }];
	});
	if (lines.length === 0) throw new InvalidInput(`${file} holds no rollout.`);
	return lines;
}

/** One object a line, in order. */
export function writeRollouts(records: readonly RolloutRecord[]): string {
	return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

function readRecord(line: string, where: string): RolloutRecord {
	const value = readJson(line, where, parseJson);
	if (!isObject(value)) throw new InvalidInput(`${where} must be an object with at least id and tokens.`);
	return checkedRecord(value, where);
}

/**
 * One object as a rollout of schema v1, every known field checked, unknown fields kept. Numbers that are not finite are not known: null in
 * arrays and of the reward, left out elsewhere.
 * @param where `file, line N`, for messages.
 * @throws InvalidInput names the field and says what would be right.
 */
export function checkedRecord(given: Readonly<Record<string, unknown>>, where: string): RolloutRecord {
	const value = holdsNonFinite(given) ? (withoutNonFinite(given) as Readonly<Record<string, unknown>>) : given;
	const { schema } = value;
	if (schema !== undefined && schema !== "ascribe.rollout/1")
		throw new InvalidInput(`${where}: schema is ${show(schema)}; this version reads "ascribe.rollout/1".`);
	checkTokens(value.tokens, where);
	const T = (value.tokens as unknown[]).length;
	for (const [name, check] of Object.entries(CHECKS))
		if (value[name] !== undefined && value[name] !== null) check(value[name], `${where}: ${name}`, T);
	if (typeof value.id !== "string") throw new InvalidInput(`${where}: id is ${show(value.id)}; it must be a string.`);
	if (isObject(value.parent) && value.parent.id === value.id)
		throw new InvalidInput(`${where}: parent is the rollout itself, ${show(value.id)}; it must be another rollout.`);
	const known = Object.entries(value).filter(([name, field]) => field !== null || !Object.hasOwn(CHECKS, name));
	const reward = typeof given.reward === "number" && !Number.isFinite(given.reward) ? { reward: null } : {};
	return { schema: "ascribe.rollout/1", ...Object.fromEntries(known), ...reward } as unknown as RolloutRecord;
}

/** Whether a field found elsewhere may keep its name in a rollout: the name is free, or it holds one value of the kind that belongs there. */
export function fitsRollout(name: string, value: unknown): boolean {
	if (name === "schema" || name === "id" || name === "tokens" || name === "advantages" || name === "signals")
		return false;
	const check = CHECKS[name];
	try {
		// No list can have this many entries.
		check?.(value, name, Number.NaN);
		return true;
	} catch {
		return false;
	}
}

function holdsNonFinite(value: unknown): boolean {
	if (typeof value === "number") return !Number.isFinite(value);
	if (Array.isArray(value)) return value.some(holdsNonFinite);
	return isObject(value) && Object.values(value).some(holdsNonFinite);
}

function withoutNonFinite(value: unknown): unknown {
	if (typeof value === "number") return Number.isFinite(value) ? value : null;
	if (Array.isArray(value)) return value.map(withoutNonFinite);
	if (!isObject(value)) return value;
	const known = Object.entries(value).filter(([, x]) => typeof x !== "number" || Number.isFinite(x));
	return Object.fromEntries(known.map(([name, x]) => [name, withoutNonFinite(x)]));
}

type Check = (value: unknown, where: string, T: number) => void;

function checkTokens(tokens: unknown, where: string): void {
	if (!Array.isArray(tokens))
		throw new InvalidInput(`${where}: tokens is ${show(tokens)}; it must be an array of ids or of strings.`);
	const strings = typeof tokens[0] === "string";
	tokens.forEach((token: unknown, t) => {
		const ok = strings ? typeof token === "string" : isId(token);
		if (!ok)
			throw new InvalidInput(
				`${where}: tokens, entry ${t} is ${show(token)}; it must be ${strings ? "a string like the first" : "an integer from 0 to 2147483647"}.`,
			);
	});
}

const isId = (x: unknown) => Number.isInteger(x) && (x as number) >= 0 && (x as number) <= 0x7fffffff;
const isNumber = (x: unknown): x is number => typeof x === "number" && Number.isFinite(x);
const show = (x: unknown) => (x === undefined ? "missing" : (JSON.stringify(x)?.slice(0, 60) ?? String(x)));

function fail(where: string, value: unknown, right: string): never {
	throw new InvalidInput(`${where} is ${show(value)}; it must be ${right}.`);
}

const must =
	(ok: (x: unknown) => boolean, right: string): Check =>
	(value, where) => {
		if (!ok(value)) fail(where, value, right);
	};

const finite = must(isNumber, "a finite number");
const text = must((x) => typeof x === "string", "a string");

/** Numbers, one a token; null where `unknown` may stand. */
function row(
	unknown: boolean,
	ok = isNumber as (x: unknown) => boolean,
	right = unknown ? "a finite number or null" : "a finite number",
): Check {
	return (value, where, T) => {
		if (!Array.isArray(value)) fail(where, value, "an array, one entry for each token");
		if (value.length !== T)
			throw new InvalidInput(`${where} has ${value.length} entries; it must have ${T}, one for each token.`);
		checkEntries(value, where, (x) => ok(x) || (unknown && x === null), right);
	};
}

function checkEntries(values: readonly unknown[], where: string, ok: (x: unknown) => boolean, right: string): void {
	const at = values.findIndex((x) => !ok(x));
	if (at >= 0) fail(`${where}, entry ${at}`, values[at], right);
}

const fraction = (x: unknown) => x === 0 || x === 1;

function spans(fields: Readonly<Record<string, Check>>): Check {
	return (value, where, T) => {
		if (!Array.isArray(value)) fail(where, value, "an array of objects with start and end");
		value.forEach((span: unknown, i) => {
			const at = `${where}, entry ${i}`;
			if (!isObject(span)) fail(at, span, "an object with start and end");
			const { start, end } = span;
			if (!(isId(start) && isId(end) && (start as number) <= (end as number) && (end as number) <= T))
				fail(at, { start, end }, `a half-open range of tokens within 0 to ${T}`);
			for (const [name, check] of Object.entries(fields))
				if (span[name] !== undefined && span[name] !== null) check(span[name], `${at}: ${name}`, T);
		});
	};
}

interface Span {
	readonly start: number;
	readonly end: number;
}

/** A token is of one turn, and of one step: of two the later would lose what it was paid. @throws InvalidInput for spans that share one. */
function checkApart(spans: readonly Span[], where: string, what: "turns" | "steps"): void {
	const inOrder = [...spans.entries()].filter(([, t]) => t.end > t.start).sort(([, a], [, b]) => a.start - b.start);
	inOrder.slice(1).forEach(([i, span], k) => {
		const [before, { start, end }] = inOrder[k]!;
		if (span.start < end)
			throw new InvalidInput(
				`${where}, entry ${i} covers tokens ${span.start} to ${span.end}, and entry ${before} covers ${start} to ${end}; ${what} must not overlap.`,
			);
	});
}

const SPAN_FIELDS: Readonly<Record<string, Check>> = {
	state_key: must((x) => typeof x === "string" || isNumber(x), "a string or a number"),
	reward: finite,
	label: finite,
	duration: finite,
	votes: (value, where) => {
		if (!Array.isArray(value)) fail(where, value, "an array of numbers");
		checkEntries(value, where, isNumber, "a finite number");
	},
};

const namedRows: Check = (value, where) => {
	if (!isObject(value)) fail(where, value, "an object of arrays");
	for (const [name, data] of Object.entries(value)) {
		if (!Array.isArray(data)) fail(`${where}, ${name}`, data, "an array of numbers");
		checkEntries(data, `${where}, ${name}`, (x) => x === null || isNumber(x), "a finite number or null");
	}
};

const texts = must((x) => Array.isArray(x) && x.every((part) => typeof part === "string"), "an array of strings");

function messages(value: unknown, where: string, T: number): void {
	spans({ reasoning: text, calls: texts })(value, where, T);
	(value as Record<string, unknown>[]).forEach((message, i) => {
		for (const name of ["role", "content"]) text(message[name], `${where}, entry ${i}: ${name}`, T);
	});
}

const CHECKS: Readonly<Record<string, Check>> = {
	group: must((x) => typeof x === "string" || isNumber(x), "a string"),
	step: must((x) => Number.isSafeInteger(x), "an integer"),
	prompt: must((x) => typeof x === "string" || (Array.isArray(x) && x.every(isId)), "a text or an array of token ids"),
	mask: row(false, fraction, "0 or 1"),
	logprobs: row(true),
	ref_logprobs: row(true),
	new_logprobs: row(true),
	values: row(true),
	entropy: row(true),
	rewards: row(true),
	reward: finite,
	success: must((x) => typeof x === "boolean", "true or false"),
	done: must((x) => x === "end" || x === "limit", '"end" or "limit"'),
	turns: (value, where, T) => {
		spans({ ...SPAN_FIELDS, actor: text })(value, where, T);
		checkApart(value as Span[], where, "turns");
	},
	steps: (value, where, T) => {
		spans(SPAN_FIELDS)(value, where, T);
		checkApart(value as Span[], where, "steps");
	},
	messages,
	parent: (value, where, T) => {
		if (!isObject(value) || typeof value.id !== "string" || !isId(value.at) || (value.at as number) > T)
			fail(where, value, `{"id": a rollout, "at": shared leading tokens, at most ${T}}`);
	},
	signals: namedRows,
	text: (value, where, T) => {
		if (!Array.isArray(value) || value.length !== T || value.some((x) => typeof x !== "string"))
			fail(where, value, `an array of ${T} strings, one for each token`);
	},
	budget: finite,
	dims: (value, where) => {
		if (!isObject(value)) fail(where, value, "an object of numbers");
		for (const [name, x] of Object.entries(value)) if (!isNumber(x)) fail(`${where}, ${name}`, x, "a finite number");
	},
	bootstrap: finite,
	advantages: namedRows,
};
