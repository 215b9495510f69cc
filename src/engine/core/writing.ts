/**
 * Characters of scripts that set no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan), their punctuation among
 * them, for a class of a regular expression under the `u` flag. Named by script and not by a dictionary, so that every machine cuts a text
 * alike.
 */
export const UNSPACED =
	"\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}\\p{sc=Tibetan}ー々〆、。〈-】〔-〟！（），．：；？［］｛｝～";

const BETWEEN = new RegExp(`(?<=[${UNSPACED}]\\p{M}*) (?=[${UNSPACED}])`, "gu");

/** Tokens in a line, a space between two of them but not within writing that has none. */
export const inLine = (names: readonly string[]): string => names.join(" ").replace(BETWEEN, "");

/** Controls, those that turn the direction of writing, and characters without width or picture but for the joiners, which spell words. */
const UNSEEN = /(?!\u200c|\u200d|\ufe0f)[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** Text whose controls are marks (`␛`, `⟨U+202E⟩`) instead of being obeyed: what is on screen is what is there. */
export const visible = (text: string): string => text.replace(UNSEEN, markOf);

/** Text of several lines, each `visible`. */
export const visibleLines = (text: string): string => text.replace(/[^\n\t]+/g, visible);

function markOf(control: string): string {
	const code = control.codePointAt(0)!;
	if (code < 0x20) return String.fromCodePoint(0x2400 + code);
	return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** Drawn for a line break in text that is kept on one line. */
export const LINE_BREAK = "⏎";
/** Drawn for a space: a dot that no task has as a token. */
const SPACE = "⋅";
/** What white space at the ends of a token is drawn as. */
const MARKS = { "\n": LINE_BREAK, "\u2028": LINE_BREAK, "\u2029": LINE_BREAK, "\t": "⇥" } as const;
const markOfSpace = (space: string) => MARKS[space as keyof typeof MARKS] ?? SPACE;
const spaces = (run: string) => run.replace(/\s/g, markOfSpace);

/**
 * A token as it is printed: without the one space that marks a word's start, since panels set tokens apart themselves; other white space
 * at its ends, and line breaks and tabs anywhere, as marks. A character that goes on in the next token is three dots.
 */
export function printable(token: string): string {
	if (token === "") return "…";
	const text = token.replaceAll("\r\n", "\n").replace(/^ (?=\S)/, "");
	const body = text.trim();
	const start = body === "" ? text.length : text.indexOf(body);
	const [before, after] = [text.slice(0, start), text.slice(start + body.length)];
	return visible(spaces(before) + body.replace(/[\n\t\u2028\u2029]/g, markOfSpace) + spaces(after));
}

/** A name from a file, an id for example, as it stands in one line: `visible`, and white space that would not be seen as marks. */
export const visibleName = (name: string): string =>
	name === "" ? "…" : visible(name.replace(/^\s+|\s+$|\s{2,}|[^\S \ufeff]/gu, spaces));
