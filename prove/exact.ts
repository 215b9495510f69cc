import process from "node:process";
import { PRESETS } from "../src/engine/spec/presets";
import { presetFingerprint } from "../src/wasm/testingRun";

// Exact mode over a whole run: every preset on WebAssembly with one and with two threads. The table is to be the same on every
// machine; e2e/exact.spec.ts compares shorter runs with a browser's.

const steps = Number(process.argv[2] ?? 200);
let equal = true;
for (const { id } of PRESETS) {
	const one = await presetFingerprint(id, steps, 1);
	const two = await presetFingerprint(id, steps, 2);
	equal &&= one === two;
	process.stdout.write(`${id}  ${steps} steps  one thread ${one}  two threads ${two}\n`);
}
process.exit(equal ? 0 : 1);
