import { closeSync, mkdtempSync, openAsBlob, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Files } from "../../src/workers/files";
import { ImportFolder } from "../../src/workers/importFolder";

// A verl dump of the given size, read by the class that the page's worker runs: time to the first group, time to the end, memory,
// and how long a cancel waits.

const megabytes = Number(process.argv[2] ?? 500);
const folder = mkdtempSync(join(tmpdir(), "ascribe-bench-"));
const path = join(folder, "1.jsonl");
writeDump(path, megabytes * 2 ** 20);
const file = (await openAsBlob(path)) as File;

let peak = 0;
const watch = setInterval(() => {
	peak = Math.max(peak, process.memoryUsage().rss);
}, 20);
const nothingKept = new ImportFolder({
	directory: () => Promise.reject(new Error("Nothing is kept here.")),
	granted: async () => undefined,
	now: () => Date.now(),
});
const files = new Files(() => performance.now(), nothingKept);
let first = Number.NaN;
const start = performance.now();
const report = await files.open([{ name: "1.jsonl", file }], ({ groups }) => {
	if (Number.isNaN(first) && groups > 0) first = performance.now() - start;
});
const whole = performance.now() - start;
const looked = performance.now();
await files.stepOf(report.card.groups - 1);
const group = performance.now() - looked;
const asked = performance.now();
const again = files.open([{ name: "1.jsonl", file }], () => {}).catch(() => {});
await new Promise((resolve) => setTimeout(resolve, 1000));
const cancelled = performance.now();
await files.cancel();
await again;
const cancel = performance.now() - cancelled;
clearInterval(watch);

const line = (name: string, value: string) => process.stdout.write(`${name.padEnd(34)}${value}\n`);
line(
	"file",
	`${(statSync(path).size / 2 ** 20).toFixed(0)} MB, ${report.card.rollouts} rollouts, ${report.card.groups} groups`,
);
line("first group", `${first.toFixed(0)} ms`);
line("whole file", `${(whole / 1000).toFixed(1)} s`);
line("last group, read again", `${group.toFixed(0)} ms`);
line("cancel, a second into reading", `${cancel.toFixed(0)} ms after ${((cancelled - asked) / 1000).toFixed(1)} s`);
line("largest memory of the process", `${(peak / 2 ** 20).toFixed(0)} MB`);
rmSync(folder, { recursive: true });

/** Groups of eight answers of some two thousand characters, as a run on word problems leaves them. */
function writeDump(to: string, bytes: number): void {
	const words = Array.from({ length: 997 }, (_, i) => ` word${(i * 7919) % 997}`);
	const out = openSync(to, "w");
	for (let written = 0, i = 0; written < bytes; i++) {
		const at = (i * 31) % 600;
		const output = words.slice(at, at + 260).join("");
		const row = {
			input: `question ${i >> 3} ${words.slice(0, 60).join("")}`,
			output,
			gts: "4",
			score: (i * 13) % 3 === 0 ? 1 : 0,
			step: i >> 9,
			uid: `${i >> 3}_${i}_0`,
		};
		const text = `${JSON.stringify(row)}\n`;
		written += text.length;
		writeSync(out, text);
	}
	closeSync(out);
}
process.exit(0);
