import type { Trace } from "../engine/credit/traceOps";
import type { CreditAnswer, LabApi } from "../workers/labApi";
import { METHODS } from "./registries";
import { layoutStore } from "./stores/layout";
import { type Latest, runStore, setBeside } from "./stores/run";

let lab: LabApi | null = null;
/** One question is open at a time; the newest wish replaces those that wait. */
let asking = false;
let wanted = false;

/** Takes the lab into use: whenever rollouts or the chosen rows change, the other methods' credit is asked for. */
export function connectLab(api: LabApi): void {
	lab = api;
	let { latest } = runStore.getState();
	let { rows } = layoutStore.getState();
	runStore.subscribe((run) => {
		if (run.latest !== latest) {
			latest = run.latest;
			askLab();
		}
	});
	layoutStore.subscribe((layout) => {
		if (layout.rows !== rows) {
			rows = layout.rows;
			askLab();
		}
	});
}

/** Why the method that trained gave a token its credit; null without a lab. Rejects with one sentence. */
export function askWhy({ batch, credit }: Latest, rollout: number, token: number): Promise<Trace> | null {
	return lab?.trace(batch, { id: credit.method, params: credit.params }, rollout, token) ?? null;
}

let watchers = 0;

/** Asks for every method as long as somebody looks at all of them. @returns the way to stop. */
export function watchAllMethods(): () => void {
	watchers++;
	askLab();
	return () => {
		watchers--;
	};
}

function askLab(): void {
	const { latest } = runStore.getState();
	const rows = watchers > 0 ? METHODS.map((m) => m.id) : layoutStore.getState().rows;
	if (!lab || !latest || rows.length === 0) return;
	if (asking) {
		wanted = true;
		return;
	}
	asking = true;
	void answer(lab, latest, rows).finally(() => {
		asking = false;
		if (!wanted) return;
		wanted = false;
		askLab();
	});
}

async function answer(api: LabApi, latest: Latest, rows: readonly string[]): Promise<void> {
	// A recording brings answers of its own, of the whole batch that its rollouts are a part of.
	const { beside } = runStore.getState();
	const known = beside?.of === latest ? beside.answers : [];
	const others = rows.filter((id) => id !== latest.credit.method && !known.some((a) => a.method === id));
	const answers = await ask(api, latest, others);
	if (runStore.getState().latest === latest) setBeside(latest, [...known, ...answers]);
}

async function ask(api: LabApi, { spec, batch }: Latest, methods: readonly string[]): Promise<CreditAnswer[]> {
	if (methods.length === 0) return [];
	try {
		return await api.credit(spec, batch, methods);
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return methods.map((method) => ({ method, ok: false, reason }));
	}
}
