import { AscribeError, Cancelled, InvalidInput, MissingSignal } from "../engine/core/errors";
import { Args } from "./args";
import type { Command } from "./command";
import { commandHelp, overview } from "./help";
import type { Io } from "./io";

export const EXIT = { good: 0, failed: 1, wrongCall: 2 } as const;

/** Runs one call of `ascribe` and returns its exit status; errors become one sentence on standard error. */
export async function runCli(commands: readonly Command[], argv: readonly string[], io: Io): Promise<number> {
	try {
		const [name, ...rest] = argv;
		if (name === undefined || name === "help" || name === "--help" || name === "-h") io.line(overview(commands));
		else await runCommand(findCommand(commands, name), rest, io);
		return EXIT.good;
	} catch (error) {
		io.progress("");
		io.note(`ascribe: ${sentence(error)}`);
		return error instanceof InvalidInput || error instanceof MissingSignal ? EXIT.wrongCall : EXIT.failed;
	}
}

async function runCommand(command: Command, argv: readonly string[], io: Io): Promise<void> {
	if (argv.includes("--help") || argv.includes("-h")) return io.line(commandHelp(command));
	await command.run(Args.parse(command, argv), io);
	io.progress("");
}

function findCommand(commands: readonly Command[], name: string): Command {
	const command = commands.find((c) => c.name === name);
	if (!command)
		throw new InvalidInput(`There is no command "${name}"; there are ${commands.map((c) => c.name).join(", ")}.`);
	return command;
}

function sentence(error: unknown): string {
	if (error instanceof Cancelled) return "cancelled.";
	// What a parser quotes of a file may have breaks in it.
	if (error instanceof AscribeError) return error.message.replace(/\s+/g, " ");
	return `unexpected failure: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
