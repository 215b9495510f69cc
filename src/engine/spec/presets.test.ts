import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PRESETS } from "./presets";

/** Rows of the curves in the documentation: where the worst of the seeds ended, by preset. */
const ENDS = new Map(
	[...readFileSync("docs/methods.md", "utf8").matchAll(/^\| `(\w+@\d+)` .*\| (\.\d+) to \.\d+ +\|$/gm)].map(
		([, id, lowest]) => [id!, Number(lowest)] as const,
	),
);

/** Presets that are named after the method they train. */
const METHODS = PRESETS.filter(({ id, spec }) => id.startsWith(`${spec.method.id}@`));

it("has a measured curve for every preset of a method", () =>
	expect([...ENDS.keys()].sort()).toEqual(METHODS.map(({ id }) => id).sort()));

it.each(METHODS)("$id: the goal is one that every measured seed reached", ({ id, goal }) => {
	expect(goal).toBeLessThanOrEqual(ENDS.get(id) ?? Number.NaN);
});
