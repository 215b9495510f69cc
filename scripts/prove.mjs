// Runs a proof: a longer measurement that backs a claim and prints a table. `npm run prove -- learning`.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ensurePackages, root } from "./install.mjs";
import { runNode } from "./runNode.mjs";

ensurePackages();
const [name, ...args] = process.argv.slice(2);
const folder = join(root, "prove");
const proofs = existsSync(folder)
	? readdirSync(folder)
			.filter((f) => f.endsWith(".ts") && !f.endsWith(".test.ts"))
			.map((f) => f.slice(0, -3))
	: [];
if (!name || !proofs.includes(name)) {
	console.error(`${name ? `There is no proof "${name}"` : "Name a proof"}; there are: ${proofs.join(", ") || "none"}.`);
	process.exit(2);
}
await runNode(`prove/${name}.ts`, args);
