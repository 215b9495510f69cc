import { REGISTRIES } from "../../engine/spec/registries";
import type { Command } from "../command";
import { listRegistry } from "../listRegistry";

export const tasksCommand: Command = {
	name: "tasks",
	summary: "Lists the tasks with their parameters.",
	usage: "[--json]",
	operands: [],
	options: [{ name: "json", help: "one JSON array with everything" }],
	run: (args, io) => listRegistry(REGISTRIES.tasks, args, io),
};
