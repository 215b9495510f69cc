import type { Command, OptionSpec } from "./command";

/** What `ascribe` prints without a command: every command with its sentence, and what exit statuses mean. */
export function overview(commands: readonly Command[]): string {
	const width = Math.max(0, ...commands.map((c) => c.name.length));
	const rows = commands.map((c) => `  ${c.name.padEnd(width)}  ${c.summary}`);
	return [
		"ascribe: which token earned the reward?",
		"",
		"Usage: ascribe <command> [arguments]",
		"",
		...rows,
		"",
		"ascribe <command> --help shows the options. Exit status: 0 good, 1 the work failed, 2 the call was wrong.",
	].join("\n");
}

/** What `ascribe <command> --help` prints: its usage, its sentence, and one line an option. */
export function commandHelp(command: Command): string {
	const left = command.options.map((o) => `--${o.name}${placeholder(o)}`);
	const width = Math.max(0, ...left.map((text) => text.length));
	const rows = command.options.map((o, i) => `  ${(left[i] as string).padEnd(width)}  ${o.help}`);
	return [`Usage: ascribe ${command.name} ${command.usage}`, "", command.summary, ...(rows.length ? ["", ...rows] : [])]
		.join("\n")
		.trimEnd();
}

function placeholder({ value, optional }: OptionSpec): string {
	if (value === undefined) return "";
	return optional ? ` [${value}]` : ` ${value}`;
}
