import process from "node:process";
import { TASKS } from "../src/engine/tasks/registry";
import { agreementOn, smallestOf } from "../src/testing/oracleProof";
import { skilledChain } from "../src/testing/skilledChain";

// The modes of the oracle held against each other on the smallest level of every task: exact modes agree to rounding, certified
// intervals hold the exact value, and of the Monte Carlo intervals at 95 % at least 93 % do, over 200 repeats. A policy of states goes
// through all of them, a small transformer through those that see prefixes.

const SIZE = { prompts: 2, responses: 4, repeats: 200, samples: 16 };
/** Tasks with a policy whose value is known in closed form. */
const CHAINS = ["modchain", "preflog"];
const ROUNDING = 1e-9;
const COVERAGE = 0.93;
const HEAD = [
	"task",
	"prefixes",
	"modes",
	"difference",
	"Σ π·A",
	"telescoping",
	"outside",
	"coverage",
	"intervals",
	"s",
];

let failed = 0;
process.stdout.write(`${HEAD.join("\t")}\n`);
const wanted = process.argv.slice(2);
for (const definition of TASKS) {
	if (wanted.length > 0 && !wanted.includes(definition.id)) continue;
	const start = performance.now();
	const task = smallestOf(definition);
	const further = CHAINS.includes(task.id) ? [skilledChain(task, 0.8)] : [];
	const a = await agreementOn(task, SIZE, further);
	const coverage = a.inside / a.intervals;
	const exact = [a.difference, a.weighed, a.telescoped, a.outside];
	const good = exact.every((x) => x <= ROUNDING) && (a.intervals === 0 || coverage >= COVERAGE) && a.modes.length >= 3;
	if (!good) failed++;
	const cells = [a.task, a.prefixes, a.modes.join(" "), ...exact.map((x) => x.toExponential(0))];
	const seconds = ((performance.now() - start) / 1000).toFixed(0);
	process.stdout.write(`${[...cells, coverage.toFixed(3), a.intervals, seconds, good ? "" : "FAILED"].join("\t")}\n`);
}
process.stdout.write(failed === 0 ? "every task agrees\n" : `${failed} tasks disagree\n`);
process.exit(failed === 0 ? 0 : 1);
