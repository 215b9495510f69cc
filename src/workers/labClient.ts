import { proxy, type Remote, wrap } from "comlink";
import { courtesy } from "./courtesy";
import type { LabApi } from "./labApi";

/** The lab in a worker of its own, started by the first question. */
export function startLab(): LabApi {
	let remote: Remote<LabApi> | null = null;
	const lab = (): Remote<LabApi> => {
		remote ??= wrap<LabApi>(startWorker());
		return remote;
	};
	return {
		credit: (spec, batch, methods) => lab().credit(spec, batch, methods),
		exact: (question, onStep) => lab().exact(question, proxy(onStep)),
		cancelExact: () => lab().cancelExact(),
		attention: (question) => lab().attention(question),
		branch: (question, onNews) => lab().branch(question, proxy(onNews)),
		cancelBranch: () => lab().cancelBranch(),
		edit: (spec, batch, edit) => lab().edit(spec, batch, edit),
		tree: (question) => lab().tree(question),
		twin: (shape) => lab().twin(shape),
		trace: (batch, method, rollout, token) => lab().trace(batch, method, rollout, token),
	};
}

function startWorker(): Worker {
	const worker = new Worker(new URL("./lab.worker.ts", import.meta.url), { type: "module", name: "lab" });
	courtesy.askOf(worker);
	return worker;
}
