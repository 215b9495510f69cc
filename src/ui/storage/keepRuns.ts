import { createStore } from "zustand/vanilla";
import { download } from "../figures/download";
import { findEntry, TASKS } from "../registries";
import { runFile, startRun } from "../session";
import { choosePreset, draftStore } from "../stores/draft";
import { isAlive, type Run, runStore, setBackend } from "../stores/run";
import { deleteRun, quota, type StoredRun, storedRunFile, storedRuns, storeRun } from "./runFiles";

/** Runs that the browser keeps for this page, and the room there is. */
export interface Stored {
	readonly runs: readonly StoredRun[];
	/** Of those, runs that another tab is training now. */
	readonly elsewhere: ReadonlySet<string>;
	readonly quota: { readonly used: number; readonly most: number } | null;
	/** Why the run is not kept: there is no room, or the browser keeps nothing for this page; empty while all is well. */
	readonly problem: "" | "full" | "blocked";
}

/** The newest run that did not reach its end, if nobody trains it now. */
export const interrupted = ({ runs, elsewhere }: Stored): StoredRun | undefined =>
	runs.find((run) => run.step < run.steps && !elsewhere.has(run.id));

export const storedStore = createStore<Stored>(() => ({ runs: [], elsewhere: new Set(), quota: null, problem: "" }));

/** What a crash may cost. */
const SAVE_EVERY_MS = 10_000;
/** Older runs make room. */
const MOST_RUNS = 20;
const LOCK = "ascribe-run ";

let id: string | null = null;
let release: (() => void) | null = null;
let savedAt = 0;
let saving = false;
/** The run moved while it was being saved. */
let changed = false;

/** Keeps the run in the worker: every ten seconds while it trains, and whenever it stops. */
export function followRuns(): void {
	void refresh();
	runStore.subscribe((run, before) => {
		if (run.phase === "starting" && before.phase !== "starting") begin(null);
		else if (isDue(run, before)) void save();
	});
}

/** A run that was closed with its tab can be gone on with; one that another tab holds cannot. */
function begin(known: string | null): void {
	release?.();
	const own = known ?? crypto.randomUUID();
	id = own;
	savedAt = performance.now();
	// Held until the tab closes, however it closes.
	void navigator.locks?.request(LOCK + own, () => new Promise<void>((resolve) => (release = resolve)));
}

function isDue({ phase, step }: Run, before: Run): boolean {
	if (step === 0) return false;
	if (phase === "training") return performance.now() - savedAt > SAVE_EVERY_MS;
	// Single steps never leave the pause, so a pause is due again when the step moved.
	const stopped = phase === "paused" || phase === "done" || phase === "cancelled";
	return stopped && (phase !== before.phase || step !== before.step);
}

async function save(): Promise<void> {
	const { spec, step, backend: asked, label } = runStore.getState();
	if (!id || !spec) return;
	if (saving) {
		changed = true;
		return;
	}
	saving = true;
	savedAt = performance.now();
	const mine = id;
	try {
		const bytes = await runFile();
		if (!bytes || mine !== id) return;
		const title = findEntry(TASKS, spec.task.id)?.title ?? spec.task.id;
		// What it really ran on: an automatic choice could fall differently next time.
		const backend = label?.kind ?? asked;
		const preset = draftStore.getState().presetId;
		const at = { id: mine, title, preset, backend, step, steps: spec.steps, savedAt: Date.now() };
		const kept = await storeRun(at, bytes);
		storedStore.setState({ problem: kept === "kept" ? "" : kept });
		await dropOldest();
		await refresh();
	} finally {
		saving = false;
	}
	if (changed) {
		changed = false;
		await save();
	}
}

async function dropOldest(): Promise<void> {
	for (const run of (await storedRuns()).slice(MOST_RUNS)) await deleteRun(run.id);
}

/** Reads again what is stored, by whichever tab. */
export async function refresh(): Promise<void> {
	const locks = (await navigator.locks?.query())?.held ?? [];
	const held = locks.flatMap(({ name }) => (name?.startsWith(LOCK) ? [name.slice(LOCK.length)] : []));
	const elsewhere = new Set(held.filter((name) => name !== id));
	storedStore.setState({ runs: await storedRuns(), elsewhere, quota: await quota() });
}

/** Goes on with a stored run from its last checkpoint, on the executor it was on. */
export async function resumeRun(run: StoredRun): Promise<void> {
	const bytes = await storedRunFile(run.id);
	if (!bytes || isAlive(runStore.getState().phase)) return void refresh();
	const { readRunFile } = await import("../../engine/training/runFile");
	choosePreset(run.preset, readRunFile(bytes, "The stored run").spec);
	setBackend(run.backend);
	const started = startRun(bytes);
	begin(run.id);
	await started;
}

export async function saveStoredRun(run: StoredRun): Promise<void> {
	const bytes = await storedRunFile(run.id);
	if (bytes) download(`${run.title.toLowerCase().replaceAll(/\W+/g, "-")}.ascribe.zip`, bytes, "application/zip");
}

export async function forgetRun({ id: gone }: StoredRun): Promise<void> {
	await deleteRun(gone);
	if (gone === id) id = null;
	await refresh();
}
