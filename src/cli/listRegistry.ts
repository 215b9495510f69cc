import type { ParamSpec, ParamTable } from "../engine/spec/params";
import type { Args } from "./args";
import type { OptionSpec } from "./command";
import type { Io } from "./io";

/** What every registry entry says about itself; more is printed as JSON only. */
interface Listed {
	readonly id: string;
	readonly title?: string;
	readonly summary?: string;
	readonly params: ParamTable;
}

/** The option of every command that lists. @param more what it does beside other options. */
export const jsonOption = (more = ""): OptionSpec => ({ name: "json", help: `one JSON array with everything${more}` });

/** Prints a registry for people, with `more` lines about each, or with `--json` as one array of everything in it that is data. */
export function listRegistry<E extends Listed>(
	entries: readonly E[],
	args: Args,
	io: Io,
	more: (entry: E) => readonly string[] = () => [],
): void {
	if (args.flag("json")) io.json(entries);
	else for (const entry of entries) listEntry(entry, more(entry), io);
}

function listEntry({ id, title, summary, params }: Listed, more: readonly string[], io: Io): void {
	io.line([id, title, summary].filter(Boolean).join("  "));
	for (const line of more) io.line(`    ${line}`);
	for (const [name, spec] of Object.entries(params))
		io.line(`    ${name}=${spec.default}  ${range(spec)}  ${spec.help}`);
}

function range(spec: ParamSpec): string {
	if (spec.type === "flag") return "true|false";
	return spec.type === "choice" ? spec.options.join("|") : `${spec.min}..${spec.max}${spec.unit && ` ${spec.unit}`}`;
}
