/** Stands for NaN while JSON is parsed; the escape keeps it apart from what people write. */
const NAN = "\u0000NaN";
const NAN_TEXT = JSON.stringify(NAN);

/**
 * A JSON value, with the bare `NaN`, `Infinity` and `-Infinity` that Python's `json.dumps` writes as the numbers they are. Text that is
 * JSON as it stands costs nothing more.
 * @throws SyntaxError for what is neither.
 */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		if (!/NaN|Infinity/.test(text)) throw cause;
		return JSON.parse(withNonFinite(text), (_, value: unknown) => (value === NAN ? Number.NaN : value));
	}
}

/** Only what stands outside strings is replaced; 1e999 is how JSON spells infinity. */
function withNonFinite(text: string): string {
	const parts: string[] = [];
	for (let at = 0; at < text.length; ) {
		const quote = text.indexOf('"', at);
		const open = quote < 0 ? text.length : quote;
		parts.push(
			text
				.slice(at, open)
				.replace(/\bNaN\b/g, NAN_TEXT)
				.replace(/\bInfinity\b/g, "1e999"),
		);
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
