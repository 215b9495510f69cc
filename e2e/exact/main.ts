// What the exactness test asks of a browser: the runs of src/wasm/testingRun.ts.
import { exactFingerprint, presetFingerprint } from "../../src/wasm/testingRun";

Object.assign(globalThis, { exactFingerprint, presetFingerprint });
