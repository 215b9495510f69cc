import { REGISTRIES } from "../../engine/spec/registries";
import type { Command } from "../command";
import { jsonOption, listRegistry } from "../listRegistry";

export const lossesCommand: Command = {
	name: "losses",
	summary: "Lists the policy losses with their presets and parameters.",
	usage: "[--json]",
	operands: [],
	options: [jsonOption()],
	run: (args, io) =>
		listRegistry(REGISTRIES.losses, args, io, ({ presets }) =>
			Object.entries(presets).map(([name, given]) => `preset ${[name, ...settings(given)].join(" ")}`),
		),
};

const settings = (given: Readonly<Record<string, unknown>>) =>
	Object.entries(given).map(([name, value]) => `${name}=${value}`);
