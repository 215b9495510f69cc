import { REGISTRIES } from "../../engine/spec/registries";
import type { TaskDefinition } from "../../engine/tasks/task";
import type { Command } from "../command";

export const tasksCommand: Command = {
	name: "tasks",
	summary: "Lists the tasks with their parameters.",
	usage: "[--json]",
	operands: [],
	options: [{ name: "json", help: "one JSON array with everything" }],
	run(args, io) {
		const tasks: readonly TaskDefinition[] = REGISTRIES.tasks;
		if (args.flag("json")) {
			io.json(tasks.map(({ build: _, ...facts }) => facts));
			return;
		}
		for (const { id, title, summary, params, levels } of tasks) {
			io.line(`${id}  ${title}. ${summary}`);
			for (const [name, spec] of Object.entries(params)) io.line(`    ${name} = ${spec.default}  ${spec.help}`);
			io.line(`    levels: ${Object.keys(levels).join(", ") || "none"}`);
		}
	},
};
