import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildOf } from "./viteBuild.mjs";

let root = "";
beforeAll(() => {
	root = mkdtempSync(join(tmpdir(), "build-"));
	writeFileSync(join(root, "package.json"), '{"version":"1.2.3"}');
});
afterAll(() => rmSync(root, { recursive: true }));

/** A git that knows of a repository so many folders up. */
const gitAt =
	(up: string, commit = "2f9c1ab") =>
	(_: string, [command]: readonly string[]) =>
		command === "rev-parse" ? up : commit;

describe("the name of a build", () => {
	test("is the commit of the checkout", () => expect(buildOf(root, gitAt(""))).toBe("2f9c1ab"));
	test("says when files differ from it", () => expect(buildOf(root, gitAt("", "2f9c1ab-dirty"))).toBe("2f9c1ab-dirty"));
	test("is the version where there is no git", () => expect(buildOf(root)).toBe("1.2.3"));
	test("is the version where git belongs to a folder above", () => expect(buildOf(root, gitAt("../"))).toBe("1.2.3"));
	test("is one that links take", () => expect(buildOf(process.cwd())).toMatch(/^[\w.-]{1,40}$/));
});
