import { wrap } from "comlink";
import type { LabApi } from "./labApi";

/** The lab in a worker of its own, started by the first question. */
export function startLab(): LabApi {
	let remote: LabApi | null = null;
	const connect = (): LabApi => {
		const worker = new Worker(new URL("./lab.worker.ts", import.meta.url), { type: "module", name: "lab" });
		const proxy = wrap<LabApi>(worker);
		return { credit: (spec, batch, methods) => proxy.credit(spec, batch, methods) };
	};
	return {
		credit: (spec, batch, methods) => {
			remote ??= connect();
			return remote.credit(spec, batch, methods);
		},
	};
}
