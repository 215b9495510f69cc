import { REGISTRIES } from "../../engine/spec/registries";
import type { Command } from "../command";
import { listRegistry } from "../listRegistry";

export const signalsCommand: Command = {
	name: "signals",
	summary: "Lists what computes the signals that methods read, with its parameters.",
	usage: "[--json]",
	operands: [],
	options: [{ name: "json", help: "one JSON array with everything" }],
	run: (args, io) => listRegistry(REGISTRIES.signals, args, io),
};
