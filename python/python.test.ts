import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkedRecord } from "../src/engine/formats/rolloutsJsonl";
import { creditLint } from "../src/engine/lint/creditLint";
import { decodeLink, encodeLink } from "../src/engine/spec/link";

const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
const run = (...args: string[]) => spawnSync(python as string, args, { cwd: import.meta.dirname, encoding: "utf8" });

describe.skipIf(!python)("the Python files (need an interpreter)", () => {
	test("pass their own tests", () => {
		const { status, stderr } = run("-B", "-m", "unittest", "discover", ".");
		expect(status, stderr).toBe(0);
		expect(stderr).toMatch(/Ran [1-9]\d* tests/);
	});

	test("run as a notebook, cell by cell", () => {
		const { cells } = JSON.parse(readFileSync(`${import.meta.dirname}/example.ipynb`, "utf8")) as {
			cells: { cell_type: string; source: string[] }[];
		};
		const code = cells.filter((cell) => cell.cell_type === "code").map(({ source }) => source.join(""));
		const { status, stdout, stderr } = run("-B", "-c", code.join("\n"));
		expect(status, stderr).toBe(0);
		const link = /http\S+(#1z\S+)/.exec(stdout)?.[1] ?? "";
		expect(decodeLink(link)).toMatchObject({
			ok: true,
			state: { preset: "lake@1", changes: { seed: 7, method: "gigpo" } },
		});
		expect(stdout).toMatch(/GRPO pays each token \+\d\.\d\d; exactly it is\n( {2}\S+ +[+-]\d\.\d{3}\n)+/);
		const recorded = stdout.split("\n").filter((line) => line.startsWith('{"schema"'));
		expect(recorded.map((line) => checkedRecord(JSON.parse(line), "cell").tokens)).toEqual([
			[5, 6],
			[5, 7],
		]);
	});

	test("record what the page reads, numbers that are not finite included", () => {
		const script = `
import ascribe_recorder as r, tempfile
nan = float("nan")
with tempfile.NamedTemporaryFile("r") as f:
    r.record(f.name, step=1, groups=["a"], tokens=[[5, 6]], mask=[[1, 1]], rewards=[nan], token_rewards=[[nan, 1]])
    print(f.read())`;
		const { stdout, stderr } = run("-B", "-W", "error", "-c", script);
		expect(stderr).toBe("");
		const record = checkedRecord(JSON.parse(stdout), "stdout");
		expect(record).toEqual({
			schema: "ascribe.rollout/1",
			id: "1/0",
			group: "a",
			step: 1,
			tokens: [5, 6],
			mask: [1, 1],
			rewards: [null, 1],
		});
	});

	test("record a response whose tokens do not spell it, which Credit Lint names", () => {
		const script = `
import ascribe_recorder as r, tempfile
with tempfile.NamedTemporaryFile("r") as f:
    said = lambda ids: bytes(ids).decode(errors="replace")
    for step, texts in enumerate([None, ["ü!"], ["u!"]]):
        r.record(f.name, step=step, groups=["a"], tokens=[[195, 188, 33]], mask=[[1, 1, 1]], rewards=[1], decode=said, responses=texts)
    print(f.read())`;
		const lines = run("-B", "-c", script).stdout.trim().split("\n");
		const records = lines.map((line) => checkedRecord(JSON.parse(line), "stdout"));
		expect(records[0]).toMatchObject({ text: ["", "ü", "!"], response: "ü!" });
		expect(creditLint(records).find(({ check }) => check === "retokenised")?.rows).toEqual([2]);
	});

	test("read what the page writes and write what the page reads", () => {
		const state = { preset: "keydoor@1", changes: { seed: 7 }, view: {}, build: "", fingerprints: [], note: "grüße" };
		const made = { fingerprints: ["gpu:9e41aa07@0"], madeOn: { plan: "3f1c9a02", adapter: "nvidia ampere" } };
		const { stdout } = run("-B", "ascribe_link.py", `https://example.org/#${encodeLink({ ...state, ...made })}`);
		expect(JSON.parse(stdout)).toEqual({
			p: "keydoor@1",
			c: { seed: 7 },
			f: ["gpu:9e41aa07@0"],
			x: "3f1c9a02 nvidia ampere",
			n: "grüße",
		});
		const script = "import ascribe_link as l; print(l.encode('keydoor@1', {'seed': 7}, 'grüße'))";
		expect(decodeLink(run("-B", "-c", script).stdout.trim())).toEqual({ ok: true, state, notices: [] });
	});
});
