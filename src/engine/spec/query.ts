/** What an address written by hand asks for, `?preset=keydoor@1&layout=learn&method=rloo&seed=7`. */
export interface Query {
	readonly preset: string | undefined;
	/** How the page is laid out; no setting of the experiment. */
	readonly layout: string | undefined;
	/** Differences from the preset, by dotted path. */
	readonly changes: Readonly<Record<string, string | number | boolean>>;
}

/** How the page is embedded is no setting. */
const EMBEDDING = ["embed", "hide"];

/**
 * Reads the pairs of a query string; text that reads as a number is one, and `true` and `false` are flags, but a
 * formula for the reward is text.
 * @returns null where there is none that concerns the experiment or its page.
 */
export function queryOf(pairs: Iterable<readonly [string, string]>): Query | null {
	const asked = [...pairs].filter(([name]) => !EMBEDDING.includes(name));
	if (asked.length === 0) return null;
	const { preset, layout, ...changes } = Object.fromEntries(asked) as Partial<Record<string, string>>;
	const read = Object.entries(changes).map(([path, text = ""]) => [
		path,
		path === "task.reward" ? text : settingOf(text),
	]);
	return { preset, layout, changes: Object.fromEntries(read) };
}

function settingOf(text: string): string | number | boolean {
	if (text === "true" || text === "false") return text === "true";
	return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
