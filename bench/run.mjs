// npm run bench [-- NAME …]: runs one benchmark; each is a file beside this one with a `run(args)` export.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [name = "gpu", ...args] = process.argv.slice(2);
const names = readdirSync(join(here, "suites")).map((file) => file.replace(/\.mjs$/, ""));
if (!names.includes(name)) {
	console.error(`bench: no benchmark "${name}"; there are: ${names.join(", ")}.`);
	process.exit(2);
}
if (!existsSync(join(here, "..", "node_modules"))) {
	console.error("bench: run npm install first.");
	process.exit(1);
}
const { run } = await import(pathToFileURL(join(here, "suites", `${name}.mjs`)).href);
process.exit(await run(args));
