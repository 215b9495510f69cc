/** What a shader template is filled with. */
export interface Expansion {
	/** Texts of `#name` lines. */
	readonly includes: Readonly<Record<string, string>>;
	/** How often lines with `$name` are written: for each value from 0, and for each pair where a line has two of them. */
	readonly repeats: Readonly<Record<string, number>>;
	/** Which of `#subgroups …` and `#plain …` lines stay. */
	readonly subgroups: boolean;
}

/**
 * Writes out a shader template. WGSL cannot unroll a loop, and an array that is indexed by a variable does not stay in registers.
 */
export function expandShader(template: string, expansion: Expansion): string {
	return template
		.split("\n")
		.flatMap((line) => expandLine(line, expansion))
		.join("\n");
}

function expandLine(line: string, expansion: Expansion): string[] {
	const directive = /^#(\w+) ?(.*)$/.exec(line);
	if (!directive) return repeatLine(line, expansion.repeats);
	const [, word = "", rest = ""] = directive;
	if (word === "subgroups" || word === "plain")
		return (word === "subgroups") === expansion.subgroups ? repeatLine(rest, expansion.repeats) : [];
	return [expandShader(expansion.includes[word] ?? "", expansion)];
}

function repeatLine(line: string, repeats: Readonly<Record<string, number>>): string[] {
	if (line.trimStart().startsWith("//")) return [line];
	let lines = [line];
	for (const [name, count] of Object.entries(repeats)) {
		if (!line.includes(`$${name}`)) continue;
		lines = lines.flatMap((l) => Array.from({ length: count }, (_, i) => l.replaceAll(`$${name}`, String(i))));
	}
	return lines;
}
