// Runs the command line from the checkout, building its bundle when sources changed.
import { ensurePackages } from "./install.mjs";
import { runNode } from "./runNode.mjs";

ensurePackages();
await runNode("src/cli/main.ts", process.argv.slice(2));
