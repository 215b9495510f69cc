// Writes the sample dumps in public/datasets/dumps anew: `npm run datasets`.
import { runNode } from "./runNode.mjs";

await runNode("scripts/datasets.ts", process.argv.slice(2));
