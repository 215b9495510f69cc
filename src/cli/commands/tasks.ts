import { InvalidInput } from "../../engine/core/errors";
import { MEASURE_DEFAULTS, measureTask, type TaskMeasures } from "../../engine/oracle/taskMeasures";
import { resolveParams } from "../../engine/spec/params";
import { REGISTRIES } from "../../engine/spec/registries";
import { findEntry } from "../../engine/spec/resolveSpec";
import type { TaskDefinition } from "../../engine/tasks/task";
import type { Args } from "../args";
import type { Command } from "../command";
import { NODE_HOST } from "../host";
import type { Io } from "../io";
import { jsonOption, listRegistry } from "../listRegistry";

const { skill, prompts, rolloutsPerPrompt } = MEASURE_DEFAULTS;

export const tasksCommand: Command = {
	name: "tasks",
	summary: "Lists the tasks with their parameters, or measures where they are decided.",
	usage: "[task] [--json] [--measures [--level LEVEL] [--skill P]]",
	operands: ["task?"],
	options: [
		jsonOption("; with --measures one object a task"),
		{
			name: "measures",
			help: `pivotal share, density, breadth and credit length over ${prompts} × ${rolloutsPerPrompt} rollouts`,
		},
		{ name: "level", value: "LEVEL", help: "level of difficulty that is measured (default: xs)" },
		{
			name: "skill",
			value: "P",
			help: `the policy measured writes a best token so often, else any legal one (default: ${skill})`,
		},
	],
	async run(args, io) {
		const name = args.optionalOperand(0);
		const tasks = name === undefined ? REGISTRIES.tasks : [findEntry(REGISTRIES.tasks, name, "task")];
		if (args.flag("measures")) await printMeasures(tasks, args, io);
		else listRegistry(tasks, args, io);
	},
};

const COLUMNS: readonly (readonly [string, (m: TaskMeasures) => number, digits: number])[] = [
	["return", (m) => m.meanReturn, 2],
	["pivotal", (m) => m.pivotalShare, 2],
	["density", (m) => m.decisionShare, 2],
	["breadth", (m) => m.varianceShare, 2],
	["to end", (m) => m.pivotDistance, 1],
	["length", (m) => m.creditLength, 0],
	["mean length", (m) => m.meanCreditLength, 1],
];

async function printMeasures(tasks: readonly TaskDefinition[], args: Args, io: Io): Promise<void> {
	const chosen = args.text("level") ?? "xs";
	const asked = args.number("skill", { min: 0, max: 1 }) ?? skill;
	if (!args.flag("json")) io.line(rowOf(["task", ...COLUMNS.map(([head]) => head)]));
	for (const { id, params, levels, build } of tasks) {
		io.progress(`measuring ${id}`);
		await NODE_HOST.breathe();
		const level = levels[chosen];
		if (!level)
			throw new InvalidInput(`Task ${id} has no level "${chosen}"; it has ${Object.keys(levels).join(", ")}.`);
		const measures = await measureTask(build(resolveParams(params, level, `task ${id}`)), { skill: asked });
		if (args.flag("json")) io.json({ task: id, level: chosen, skill: asked, ...measures });
		else io.line(rowOf([id, ...COLUMNS.map(([, of, digits]) => cell(of(measures), digits))]));
	}
	io.progress("");
}

/** Names to the left, numbers to the right. */
function rowOf([name = "", ...cells]: readonly string[]): string {
	return [name.padEnd(12), ...cells.map((cell) => cell.padStart(11))].join(" ");
}

const cell = (x: number, digits: number) => (Number.isNaN(x) ? "-" : x.toFixed(digits));
