import { REGISTRIES } from "../../engine/spec/registries";
import type { Command } from "../command";
import { jsonOption, listRegistry } from "../listRegistry";

export const signalsCommand: Command = {
	name: "signals",
	summary: "Lists what computes the signals that methods read, with its parameters.",
	usage: "[--json]",
	operands: [],
	options: [jsonOption()],
	run: (args, io) => listRegistry(REGISTRIES.signals, args, io),
};
