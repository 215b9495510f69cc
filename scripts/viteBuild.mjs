// Gives the page the name of its build as `virtual:build`. Links carry it, so that a run that does not come out again can be traced to the
// code that made it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const NAME = "virtual:build";
const ROOT = fileURLToPath(new URL("..", import.meta.url));

export function build() {
	return {
		name: "build",
		resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
		load: (id) => (id === `\0${NAME}` ? `export default ${JSON.stringify(buildOf(ROOT))};` : null),
	};
}

/**
 * First 7 digits of the commit, with `-dirty` where files differ from it; the version of the package where there is no git, as in an
 * unpacked archive, also when that lies in a repository of something else.
 */
export function buildOf(root, git = runGit) {
	// Where the root is a repository, there is no way up to one.
	const commit =
		git(root, ["rev-parse", "--show-cdup"]) === ""
			? git(root, ["describe", "--always", "--dirty", "--abbrev=7", "--exclude=*"])
			: null;
	return commit ?? JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
}

/** What git says; null where it fails or is missing. */
function runGit(root, args) {
	try {
		return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
	} catch {
		return null;
	}
}
