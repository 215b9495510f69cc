// What the exactness test asks of a browser: the runs of src/wasm/testingRun.ts.
import { exactFingerprint } from "../../src/wasm/testingRun";

Object.assign(globalThis, { exactFingerprint });
