// Type-checks every layer on its own, so that the engine compiles without DOM, Node and WebGPU types.
import { spawn } from "node:child_process";

const projects = ["src/engine", "src/gpu", "src/wasm", "src/workers", "src/ui", "src/cli", "."];

const check = (project) =>
	new Promise((resolve) => {
		const args = ["node_modules/typescript/bin/tsc", "-p", project, "--noEmit"];
		spawn(process.execPath, args, { stdio: "inherit" }).on("exit", (code) => resolve(code === 0 ? [] : [project]));
	});

const failed = [];
for (const project of projects) failed.push(...(await check(project)));
if (failed.length > 0) {
	console.error(`types: ${failed.join(", ")} did not compile`);
	process.exit(1);
}
