import type { Command } from "./command";
import { benchCommand } from "./commands/bench";
import { fitCommand } from "./commands/fit";
import { forwardCommand } from "./commands/forward";
import { importCommand } from "./commands/import";
import { lossesCommand } from "./commands/losses";
import { methodsCommand } from "./commands/methods";
import { policiesCommand } from "./commands/policies";
import { recordCommand } from "./commands/record";
import { rewardsCommand } from "./commands/rewards";
import { rolloutCommand } from "./commands/rollout";
import { schemaCommand } from "./commands/schema";
import { signalsCommand } from "./commands/signals";
import { specCommand } from "./commands/spec";
import { tasksCommand } from "./commands/tasks";
import { trainCommand } from "./commands/train";
import { creditCommand } from "./credit";
import { fidelityCommand } from "./fidelity";
import { lossCommand } from "./loss";
import { oracleCommand } from "./oracle";

/** Every command, in the order of the overview. */
export const COMMANDS: readonly Command[] = [
	specCommand,
	schemaCommand,
	trainCommand,
	rolloutCommand,
	importCommand,
	recordCommand,
	policiesCommand,
	creditCommand,
	lossCommand,
	forwardCommand,
	fitCommand,
	oracleCommand,
	fidelityCommand,
	benchCommand,
	methodsCommand,
	lossesCommand,
	rewardsCommand,
	signalsCommand,
	tasksCommand,
];
