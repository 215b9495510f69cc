// Installs what a fresh clone lacks: the npm packages, and a Chromium for the browser tests. Node built-ins only.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium } from "./chromium.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs the locked npm packages unless they are there and no older than the lock file. */
export function ensurePackages() {
	const [lock, installed] = ["package-lock.json", "node_modules/.package-lock.json"].map((path) => join(root, path));
	if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
	if (existsSync(installed) && sameVersions(lock, installed)) return;
	console.error("Installing npm packages …");
	// On Windows npm is a script that only a shell can start.
	const status = run("npm", ["ci"], { shell: process.platform === "win32" });
	if (status !== 0) fail("The npm packages could not be installed; see the messages above, then run `npm ci` by hand.");
}

/** A checkout gives the lock file a new time without new content. */
function sameVersions(lock, installed) {
	const wanted = JSON.parse(readFileSync(lock, "utf8")).packages;
	const found = JSON.parse(readFileSync(installed, "utf8")).packages;
	return Object.entries(wanted).every(
		([path, entry]) => path === "" || entry.optional || found[path]?.version === entry.version,
	);
}

/** Finds a Chromium, installing one if there is none: Debian's package where that is allowed, else Playwright's download. */
export async function ensureChromium() {
	if (await findChromium()) return;
	console.error("Installing Chromium for the browser tests …");
	const ways = isDebian() ? [debianPackage, playwrightDownload] : [playwrightDownload];
	for (const way of ways) if (way() && (await findChromium())) return;
	fail(
		"No Chromium was found and none could be installed: install Chrome or Chromium, or name one in the variable CHROMIUM.",
	);
}

function isDebian() {
	if (process.platform !== "linux" || !existsSync("/etc/os-release")) return false;
	// Ubuntu's chromium is a snap, which does not start in containers.
	return /^ID=["']?debian["']?$/m.test(readFileSync("/etc/os-release", "utf8"));
}

function debianPackage() {
	const prefix = process.getuid?.() === 0 ? [] : process.stdin.isTTY ? ["sudo"] : ["sudo", "-n"];
	const apt = (...args) => {
		const [command, ...rest] = [...prefix, "apt-get", ...args];
		return run(command, rest) === 0;
	};
	return apt("update") && apt("install", "-y", "--no-install-recommends", "chromium");
}

function playwrightDownload() {
	const withDeps = process.platform === "linux" && process.getuid?.() === 0 ? ["--with-deps"] : [];
	return (
		run(process.execPath, [join(root, "node_modules/@playwright/test/cli.js"), "install", ...withDeps, "chromium"]) ===
		0
	);
}

/** Standard output belongs to the program that needs the installation: messages go to standard error. */
function run(command, args, options = {}) {
	return spawnSync(command, args, { cwd: root, stdio: [0, 2, 2], ...options }).status ?? 1;
}

function fail(sentence) {
	console.error(sentence);
	process.exit(1);
}
