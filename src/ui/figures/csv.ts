/** A table as CSV (RFC 4180): numbers so that they read back to the same double, what is absent as an empty field. */
export function csvOf(columns: readonly string[], rows: Iterable<readonly (string | number | null)[]>): string {
	const lines = [columns.map(field).join(",")];
	for (const row of rows) lines.push(row.map(field).join(","));
	return `${lines.join("\r\n")}\r\n`;
}

function field(value: string | number | null): string {
	if (value === null || (typeof value === "number" && Number.isNaN(value))) return "";
	const text = String(value);
	// A leading = + - @ would be run as a formula by spreadsheets; numbers keep their sign.
	const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
