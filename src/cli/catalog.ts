import type { Command } from "./command";
import { specCommand } from "./commands/spec";

/** Every command, in the order of the overview. */
export const COMMANDS: readonly Command[] = [specCommand];
