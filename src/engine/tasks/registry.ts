import * as catalog from "./catalog";
import type { TaskDefinition } from "./task";

/** Every task, by export name. */
export const TASKS: readonly TaskDefinition[] = Object.values(catalog);
