import process from "node:process";
import { findPreset, PRESETS } from "../src/engine/spec/presets";
import { LONG_RUN_FINGERPRINTS } from "../src/wasm/exactFingerprints";
import { presetFingerprint } from "../src/wasm/testingRun";

// Exact mode over a whole run: `npm run prove -- exact [preset …]`, every preset unless some are named, on WebAssembly with one and with
// two threads, 200 steps. The table is the same on every machine; e2e/exact.spec.ts compares those that are pinned with a browser's.

const STEPS = 200;
const named = process.argv.slice(2).map(findPreset);
let equal = true;
for (const { id } of named.length > 0 ? named : PRESETS) {
	const one = await presetFingerprint(id, STEPS, 1);
	const two = await presetFingerprint(id, STEPS, 2);
	const known = LONG_RUN_FINGERPRINTS[id];
	const verdict =
		one !== two ? "threads differ" : known === undefined ? "new" : known === one ? "as known" : `was ${known}`;
	equal &&= verdict === "as known" || verdict === "new";
	process.stdout.write(`${id}  ${STEPS} steps  ${one}  ${verdict}\n`);
}
process.exit(equal ? 0 : 1);
