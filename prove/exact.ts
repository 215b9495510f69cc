import process from "node:process";
import { PRESETS } from "../src/engine/spec/presets";
import { LONG_RUN_FINGERPRINTS } from "../src/wasm/exactFingerprints";
import { presetFingerprint } from "../src/wasm/testingRun";

// Exact mode over a whole run: every preset on WebAssembly with one and with two threads, 200 steps. The table is the same on every
// machine; e2e/exact.spec.ts compares shorter runs with a browser's.

const STEPS = 200;
let equal = true;
for (const { id } of PRESETS) {
	const one = await presetFingerprint(id, STEPS, 1);
	const two = await presetFingerprint(id, STEPS, 2);
	const known = LONG_RUN_FINGERPRINTS[id];
	const verdict =
		one !== two ? "threads differ" : known === undefined ? "new" : known === one ? "as known" : `was ${known}`;
	equal &&= verdict === "as known" || verdict === "new";
	process.stdout.write(`${id}  ${STEPS} steps  ${one}  ${verdict}\n`);
}
process.exit(equal ? 0 : 1);
