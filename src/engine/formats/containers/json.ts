import { isObject } from "../../core/json";

/** Stands for NaN while JSON is parsed; the escape keeps it apart from what people write. */
const NAN = "\u0000NaN";
const NAN_TEXT = JSON.stringify(NAN);

/**
 * A JSON value, with the bare `NaN`, `Infinity` and `-Infinity` that Python's `json.dumps` writes as the numbers they are. Where a field of the
 * row, or of a row of the list, is an integer that no double holds, integers of that size are texts of their digits: two ids stay two. Text that
 * is JSON as it stands costs nothing more.
 * @throws SyntaxError for what is neither.
 */
export function parseJson(text: string): unknown {
	let plain = text;
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		if (!/NaN|Infinity/.test(text)) throw cause;
		plain = outside(text, withNonFinite);
		value = JSON.parse(plain, withNaN);
	}
	const rows: readonly unknown[] = Array.isArray(value) ? value : [value];
	return rows.some(hasLong) ? JSON.parse(outside(plain, withLongAsText), withNaN) : value;
}

const isLong = (value: unknown): value is number => Number.isInteger(value) && !Number.isSafeInteger(value);

function hasLong(row: unknown): boolean {
	if (!isObject(row)) return false;
	for (const name in row) if (isLong(row[name])) return true;
	return false;
}

const withNaN = (_: string, value: unknown) => (value === NAN ? Number.NaN : value);

/** Integers of 16 digits and more, where they are too large; numbers with a point or an exponent stay. */
const withLongAsText = (part: string): string =>
	part.replace(/(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g, (digits) => (isLong(Number(digits)) ? `"${digits}"` : digits));

/** 1e999 is how JSON spells infinity. */
const withNonFinite = (part: string): string => part.replace(/\bNaN\b/g, NAN_TEXT).replace(/\bInfinity\b/g, "1e999");

/** The text with what stands outside its strings replaced. */
function outside(text: string, replaced: (part: string) => string): string {
	const parts: string[] = [];
	for (let at = 0; at < text.length; ) {
		const quote = text.indexOf('"', at);
		const open = quote < 0 ? text.length : quote;
		parts.push(replaced(text.slice(at, open)));
		at = closing(text, open);
		parts.push(text.slice(open, at));
	}
	return parts.join("");
}

/** Where the string that opens at `open` has ended. */
function closing(text: string, open: number): number {
	for (let i = open + 1; i < text.length; i++)
		if (text[i] === "\\") i += 1;
		else if (text[i] === '"') return i + 1;
	return text.length;
}
