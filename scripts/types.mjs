// Type-checks every layer on its own, so that the engine compiles without DOM, Node and WebGPU types.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";

const projects = ["src/engine", "src/gpu", "src/wasm", "src/workers", "src/ui", "src/cli", "."];

// A layer without sources has nothing to check (the compiler calls that an error).
const hasSources = (project) =>
	project === "." || readdirSync(project, { recursive: true }).some((file) => /(?<!\.test)\.tsx?$/.test(file));

const check = (project) =>
	new Promise((resolve) => {
		const args = ["node_modules/typescript/bin/tsc", "-p", project, "--noEmit"];
		spawn(process.execPath, args, { stdio: "inherit" }).on("exit", (code) => resolve(code === 0 ? [] : [project]));
	});

const failed = [];
for (const project of projects.filter(hasSources)) failed.push(...(await check(project)));
if (failed.length > 0) {
	console.error(`types: ${failed.join(", ")} did not compile`);
	process.exit(1);
}
