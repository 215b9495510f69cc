// Sets up a fresh clone, then runs every check. The last line sums up: `N passed, N failed, N skipped`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureChromium, ensurePackages, root } from "./install.mjs";
import { countPlaywright, countVitest } from "./testCounts.mjs";

ensurePackages();
await ensureChromium();

const reports = mkdtempSync(join(tmpdir(), "ascribe-test-"));
const total = { passed: 0, failed: 0, skipped: 0 };

const node = (args, env = {}) =>
	spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } }).status ?? 1;

/** Adds what a runner counted; a runner that failed without a failed test (it crashed, or found no tests) counts as one. */
function add(name, status, counts) {
	const failed = counts.failed + (status !== 0 && counts.failed === 0 ? 1 : 0);
	total.passed += counts.passed;
	total.failed += failed;
	total.skipped += counts.skipped;
	console.log(`--- ${name}: ${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped\n`);
	return failed === 0;
}

/** A check without tests of its own counts as one. */
function check(name, args) {
	console.log(`--- ${name}`);
	const status = node(args);
	return add(name, status, { passed: status === 0 ? 1 : 0, failed: 0, skipped: 0 });
}

function runner(name, args, count, env) {
	console.log(`--- ${name}`);
	const file = join(reports, `${name}.json`);
	const status = node(args(file), env?.(file));
	const counts = existsSync(file)
		? count(JSON.parse(readFileSync(file, "utf8")))
		: { passed: 0, failed: 0, skipped: 0 };
	return add(name, status, counts);
}

const vitest = (project) => (file) => [
	"scripts/vitest.mjs",
	"--project",
	project,
	"--reporter=default",
	"--reporter=json",
	`--outputFile.json=${file}`,
];

check("lint", ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]);
check("types", ["scripts/types.mjs"]);
runner("unit", vitest("unit"), countVitest);
runner("gpu", vitest("gpu"), countVitest);
if (check("build", ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]))
	runner(
		"browser",
		() => ["scripts/e2e.mjs", "--no-build", "--reporter=list,json"],
		countPlaywright,
		(file) => ({
			PLAYWRIGHT_JSON_OUTPUT_NAME: file,
		}),
	);

rmSync(reports, { recursive: true, force: true });
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
