import { describe, expect, it } from "vitest";
import { EXIT, runCli } from "../run";
import { captureIo } from "../testing";
import { tasksCommand } from "./tasks";

async function call(...argv: string[]) {
	const io = captureIo();
	const status = await runCli([tasksCommand], ["tasks", ...argv], io);
	return { status, stdout: io.stdout(), stderr: io.stderr() };
}

describe("ascribe tasks", () => {
	it("lists one task or all", async () => {
		expect((await call("duet")).stdout).toMatch(/^duet {2}Duet/);
		expect(JSON.parse((await call("--json")).stdout).length).toBeGreaterThan(8);
	});

	it("measures where a task is decided, as a table or as data", async () => {
		const table = await call("keydoor", "--measures");
		expect(table.stdout.split("\n").map((line) => line.split(/ +/)[0])).toEqual(["task", "keydoor", ""]);
		const { stdout } = await call("keydoor", "--measures", "--json", "--skill", "0");
		// The key waits for take, four moves with their replies, the door and its opening.
		expect(JSON.parse(stdout)).toMatchObject({ task: "keydoor", level: "xs", skill: 0, creditLength: 11 });
	});

	it("refuses what it does not know", async () => {
		const { status, stderr } = await call("keydoor", "--measures", "--level", "huge");
		expect([status, stderr]).toEqual([EXIT.wrongCall, expect.stringContaining('no level "huge"')]);
		expect((await call("chess")).status).toBe(EXIT.wrongCall);
	});
});
