import type { Args } from "./args";
import type { Io } from "./io";

/** `--name` or `--name VALUE`. */
export interface OptionSpec {
	readonly name: string;
	/** Placeholder of the value in the help; absent for a flag. */
	readonly value?: string;
	/** The value may be left out; `text` of the arguments is then empty. */
	readonly optional?: boolean;
	/** May be given several times. */
	readonly repeat?: boolean;
	readonly help: string;
}

/** One subcommand. To add one: a file in `commands/` and a line in `catalog.ts`. */
export interface Command {
	readonly name: string;
	/** One sentence for the overview. */
	readonly summary: string;
	/** After `ascribe <name>`: `<spec.json or preset> [options]`. */
	readonly usage: string;
	/** Names of the arguments without dashes; a trailing `?` marks one that may be left out. */
	readonly operands: readonly string[];
	readonly options: readonly OptionSpec[];
	/** @throws InvalidInput for a wrong call (exit status 2), anything else for failed work (1). */
	run(args: Args, io: Io): Promise<void> | void;
}
