import { expose } from "comlink";
import { Files } from "./files";
import { ImportFolder } from "./importFolder";

const folder = new ImportFolder({
	directory: () => navigator.storage.getDirectory(),
	granted: async () => (await navigator.storage.estimate()).quota,
	locks: navigator.locks,
	now: () => Date.now(),
});
expose(new Files(() => performance.now(), folder));
