import { describe, expect, test } from "vitest";
import { InvalidInput, WorkFailed } from "../engine/core/errors";
import { COMMANDS } from "./catalog";
import type { Command } from "./command";
import { runCli } from "./run";
import { captureIo } from "./testing";

const command = (run: Command["run"]): Command => ({
	name: "go",
	summary: "",
	usage: "",
	operands: [],
	options: [],
	run,
});

async function call(run: Command["run"], ...argv: string[]) {
	const io = captureIo();
	const status = await runCli([command(run)], argv, io);
	return { status, out: io.stdout(), err: io.stderr() };
}

describe("exit status", () => {
	test("0 for good work", async () => {
		expect(await call((_, io) => io.line("done"), "go")).toEqual({ status: 0, out: "done\n", err: "" });
	});
	test("1 for failed work, with its sentence and nothing on standard output", async () => {
		const fail = () => {
			throw new WorkFailed("lost", "The device was lost.");
		};
		expect(await call(fail, "go")).toEqual({ status: 1, out: "", err: "ascribe: The device was lost.\n" });
	});
	test("2 for a wrong call", async () => {
		const refuse = () => {
			throw new InvalidInput("Steps is -1; it must be positive.");
		};
		expect((await call(refuse, "go")).status).toBe(2);
		expect((await call(refuse, "gone")).err).toBe('ascribe: There is no command "gone"; there are go.\n');
	});
});

describe("JSON lines", () => {
	test("print doubles that read back, and null with one warning for what is not finite", async () => {
		const { out, err } = await call((_, io) => {
			io.json({ x: 0.1 + 0.2, row: Float64Array.of(1, Number.NaN) });
			io.json([Number.POSITIVE_INFINITY]);
		}, "go");
		expect(out).toBe('{"x":0.30000000000000004,"row":[1,null]}\n[null]\n');
		expect(err.match(/not finite/g)?.length).toBe(1);
	});
});

describe("every command", () => {
	test.each(COMMANDS.map((c) => [c.name, c] as const))(
		"%s has help and distinct options",
		async (name, { options, summary }) => {
			const io = captureIo();
			expect(await runCli(COMMANDS, [name, "--help"], io)).toBe(0);
			expect(io.stdout()).toContain(summary);
			expect(new Set(options.map((o) => o.name)).size).toBe(options.length);
		},
	);
	test.each(COMMANDS.map((c) => [c.name]))("%s refuses an unknown option with status 2", async (name) => {
		expect(await runCli(COMMANDS, [name, "--no-such-option"], captureIo())).toBe(2);
	});
});
