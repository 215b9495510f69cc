import { changesBetween } from "./changes";
import type { ExperimentSpec } from "./experiment";
import { PARAM_TABLES } from "./registries";

/** Whether two experiments differ in nothing, however their fields are ordered and whichever defaults they spell out. */
export const isSameSpec = (a: ExperimentSpec | null, b: ExperimentSpec): boolean =>
	a === b || (a !== null && hasNoChange(a, b) && hasNoChange(b, a));

const hasNoChange = (from: ExperimentSpec, to: ExperimentSpec) =>
	Object.keys(changesBetween(from, to, PARAM_TABLES)).length === 0;
