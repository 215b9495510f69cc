import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { decodeLink, encodeLink } from "../src/engine/spec/link";

const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
const run = (...args: string[]) => spawnSync(python as string, args, { cwd: import.meta.dirname, encoding: "utf8" });

describe.skipIf(!python)("the Python files (need an interpreter)", () => {
	test("pass their own tests", () => {
		const { status, stderr } = run("-B", "-m", "unittest", "discover", ".");
		expect(status, stderr).toBe(0);
		expect(stderr).toMatch(/Ran [1-9]\d* tests/);
	});

	test("read what the page writes and write what the page reads", () => {
		const state = { preset: "keydoor@1", changes: { seed: 7 }, view: {}, build: "", fingerprints: [], note: "grüße" };
		const { stdout } = run("-B", "ascribe_link.py", `https://example.org/#${encodeLink(state)}`);
		expect(JSON.parse(stdout)).toEqual({ p: "keydoor@1", c: { seed: 7 }, n: "grüße" });
		const script = "import ascribe_link as l; print(l.encode('keydoor@1', {'seed': 7}, 'grüße'))";
		expect(decodeLink(run("-B", "-c", script).stdout.trim())).toEqual({ ok: true, state, notices: [] });
	});
});
