import { REGISTRIES } from "../../engine/spec/registries";
import type { Command } from "../command";
import { jsonOption, listRegistry } from "../listRegistry";

export const rewardsCommand: Command = {
	name: "rewards",
	summary: "Lists the writers of rewards that may stand before a method, with their parameters.",
	usage: "[--json]",
	operands: [],
	options: [jsonOption()],
	run: (args, io) => listRegistry(REGISTRIES.rewards, args, io),
};
