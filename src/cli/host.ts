import { setImmediate } from "node:timers/promises";
import type { RunHost } from "../engine/training/run";

/** Clock and event loop of Node. */
export const NODE_HOST: RunHost = {
	now: () => performance.now(),
	breathe: () => setImmediate(),
};
