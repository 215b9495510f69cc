import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { COMMANDS } from "./catalog";
import { runCli } from "./run";
import { captureIo } from "./testing";

/** Two steps of a file; groups of unequal size that lie apart. */
const ROLLOUTS = [
	{ id: "a", step: 0, group: "p", tokens: [1, 2, 3], reward: 1 },
	{ id: "b", step: 0, group: "q", tokens: [5], reward: 0.25 },
	{ id: "c", step: 0, group: "p", tokens: [1, 4], mask: [1, 0], reward: 0 },
	{ id: "d", step: 0, group: "p", tokens: [1, 2], reward: 0.5 },
	{ id: "e", step: 1, group: "p", tokens: [7, 7], reward: 1 },
	{ id: "f", step: 1, group: "p", tokens: [7, 8], reward: 0 },
];

it("ascribe credit --backend gpu prints what --backend cpu prints, to float32", async () => {
	const folder = mkdtempSync(join(tmpdir(), "ascribe-"));
	writeFileSync(join(folder, "r.jsonl"), ROLLOUTS.map((row) => JSON.stringify(row)).join("\n"));
	const run = async (backend: string) => {
		const io = captureIo(folder);
		const argv = ["credit", "r.jsonl", "--method", "tempo", "--param", "singleton=skip", "--backend", backend];
		expect(await runCli(COMMANDS, argv, io), io.stderr()).toBe(0);
		return io
			.stdout()
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
	};
	const [cpu, gpu] = [await run("cpu"), await run("gpu")];
	const numbers = (value: unknown): (number | null)[] =>
		value === null || typeof value === "number" ? [value] : Object.values(value as object).flatMap(numbers);
	cpu.forEach(({ advantage, terms, ...rest }, i) => {
		const { advantage: got, terms: gotTerms, ...gotRest } = gpu[i];
		expect(gotRest).toEqual(rest);
		const [want, have] = [numbers({ advantage, terms }), numbers({ got, gotTerms })];
		expect(have.length).toBe(want.length);
		have.forEach((x, k) => {
			if (want[k] === null) expect(x).toBe(null);
			else expect(Math.abs(x! - want[k]!)).toBeLessThanOrEqual(2e-5);
		});
	});
	expect(gpu[1].advantage).toEqual([null]);
});
