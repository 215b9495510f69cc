// How fast a large dump of another trainer opens, and in how much memory: `npm run bench -- import [MB]`.
import { runNode } from "../../scripts/runNode.mjs";

export function run(args) {
	// The child's exit status ends this process.
	return new Promise(() => void runNode("bench/programs/importDump.ts", args));
}
