import { describe, expect, test } from "vitest";
import { LOSSES } from "../engine/losses/registry";
import type { ParamTable } from "../engine/spec/params";
import { Args } from "./args";
import { lossesCommand } from "./commands/losses";
import { tasksCommand } from "./commands/tasks";
import { listRegistry } from "./listRegistry";
import { captureIo } from "./testing";

const params: ParamTable = {
	length: { type: "integer", default: 8, min: 1, max: 20, unit: "tokens", label: "Length", help: "How long." },
	mode: { type: "choice", default: "a", options: ["a", "b"], label: "Mode", help: "Which." },
};
const entries = [{ id: "walk", title: "Walk", summary: "One walks.", params, build: () => 1 }];

describe("a registry", () => {
	test("is listed for people with the range of each parameter", () => {
		const io = captureIo();
		listRegistry(entries, Args.parse(tasksCommand, []), io);
		expect(io.stdout()).toBe(
			"walk  Walk  One walks.\n    length=8  1..20 tokens  How long.\n    mode=a  a|b  Which.\n",
		);
	});
	test("is one JSON array for programs, without functions", () => {
		const io = captureIo();
		listRegistry(entries, Args.parse(tasksCommand, ["--json"]), io);
		expect(JSON.parse(io.stdout())).toEqual([{ id: "walk", title: "Walk", summary: "One walks.", params }]);
	});
});

test("losses are listed with presets that `ascribe loss` takes, and their parameters", async () => {
	const io = captureIo();
	await lossesCommand.run(Args.parse(lossesCommand, []), io);
	const out = io.stdout();
	for (const { id, presets, params } of LOSSES) {
		expect(out).toMatch(new RegExp(`^${id}  `, "m"));
		for (const name of Object.keys(presets)) expect(out).toMatch(new RegExp(`^    preset ${name}( |$)`, "m"));
		for (const name of Object.keys(params)) expect(out).toContain(`    ${name}=`);
	}
	// What the authors of DAPO raise the upper bound to.
	expect(out).toMatch(/^ {4}preset \w+ .*clipHigh=0\.28/m);
});
