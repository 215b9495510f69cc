import { proxy, type Remote, wrap } from "comlink";
import { courtesy } from "./courtesy";
import type { LabApi } from "./labApi";

/**
 * The lab in a worker of its own, started by the first question.
 * @param calm before it no worker is started: reading its script takes a core for a while.
 */
export function startLab(calm: Promise<void> = Promise.resolve()): LabApi {
	let started: Promise<{ readonly lab: Remote<LabApi> }> | null = null;
	// Wrapped in an object: a promise that resolved to the remote itself would take it for another promise (it answers to `then`).
	const ask = async <T>(question: (lab: Remote<LabApi>) => T): Promise<Awaited<T>> => {
		started ??= calm.then(() => ({ lab: wrap<LabApi>(startWorker()) }));
		return await question((await started).lab);
	};
	return {
		credit: (spec, batch, methods, parameters) => ask((lab) => lab.credit(spec, batch, methods, parameters)),
		cancelPasses: () => ask((lab) => lab.cancelPasses()),
		exact: (question, onStep) => ask((lab) => lab.exact(question, proxy(onStep))),
		cancelExact: () => ask((lab) => lab.cancelExact()),
		attention: (question) => ask((lab) => lab.attention(question)),
		branch: (question, onNews) => ask((lab) => lab.branch(question, proxy(onNews))),
		cancelBranch: () => ask((lab) => lab.cancelBranch()),
		edit: (spec, batch, edit) => ask((lab) => lab.edit(spec, batch, edit)),
		tree: (question) => ask((lab) => lab.tree(question)),
		twin: (shape) => ask((lab) => lab.twin(shape)),
		trace: (batch, method, rollout, token, policy) => ask((lab) => lab.trace(batch, method, rollout, token, policy)),
	};
}

function startWorker(): Worker {
	const worker = new Worker(new URL("./lab.worker.ts", import.meta.url), { type: "module", name: "lab" });
	courtesy.askOf(worker);
	return worker;
}
