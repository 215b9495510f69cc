// Sets up a fresh clone, builds the workbench and serves it until Ctrl-C.
import { ensurePackages, root } from "./install.mjs";

ensurePackages();
const { build, preview } = await import("vite");
console.log("Building …");
await build({ root, logLevel: "warn" });
const server = await preview({ root, logLevel: "warn", preview: { port: 4173, strictPort: false } });
console.log(`\nAscribe is at ${server.resolvedUrls?.local[0]}\nPress Ctrl-C to end.`);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
