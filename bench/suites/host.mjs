// Host time of our training step, with the GPU's share taken out: `npm run bench -- host`.
import { runNode } from "../../scripts/runNode.mjs";

export function run(args) {
	// The child's exit status ends this process.
	return new Promise(() => void runNode("bench/programs/hostTime.ts", args));
}
