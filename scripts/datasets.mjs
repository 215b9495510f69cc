// Writes the samples in public/datasets/rollouts and public/datasets/dumps anew: `npm run datasets`.
import { runNode } from "./runNode.mjs";

await runNode("scripts/datasets.ts", process.argv.slice(2));
