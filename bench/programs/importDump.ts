import { openAsBlob } from "node:fs";
import process from "node:process";
import { Files } from "../../src/workers/files";
import { ImportFolder } from "../../src/workers/importFolder";

// A rollout dump, read by the class that the page's worker runs: time to the first group, time to the end, memory,
// and how long a cancel waits.

const file = (await openAsBlob(process.argv[2] as string)) as File;

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

const line = (name: string, value: string) => process.stdout.write(`  ${name.padEnd(38)}${value}\n`);
line("first group", `${first.toFixed(0)} ms`);
line("whole file", `${(whole / 1000).toFixed(1)} s, ${report.card.rollouts} rollouts in ${report.card.groups} groups`);
line("last group, read again", `${group.toFixed(0)} ms`);
line("cancel, a second into reading", `${cancel.toFixed(0)} ms after ${((cancelled - asked) / 1000).toFixed(1)} s`);
line("largest memory of the process", `${(peak / 2 ** 20).toFixed(0)} MB`);

process.exit(0);
