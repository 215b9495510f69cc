import { gradientText } from "../../engine/credit/gradientText";
import { REGISTRIES } from "../../engine/spec/registries";
import type { Command } from "../command";
import { jsonOption, listRegistry } from "../listRegistry";

export const methodsCommand: Command = {
	name: "methods",
	summary: "Lists the credit-assignment methods with their mean gradient beside the exact one and their parameters.",
	usage: "[--json]",
	operands: [],
	options: [jsonOption()],
	run: (args, io) =>
		listRegistry(REGISTRIES.methods, args, io, ({ gradients }) => gradients.map((g) => `gradient ${gradientText(g)}`)),
};
