import { createStore } from "zustand/vanilla";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import { download } from "../figures/download";
import { findEntry, TASKS } from "../registries";
import { runFile, startRun } from "../session";
import { choosePreset, draftStore } from "../stores/draft";
import { isAlive, type Run, runStore, setBackend } from "../stores/run";
import { deleteRun, quota, type StoredRun, storedRunFile, storedRuns, storeRun } from "./runFiles";

/** Runs that the browser keeps for this page, and the room there is. */
export interface Stored {
	readonly runs: readonly StoredRun[];
	/** Name of the run of this page among them; null before it has one. */
	readonly own: string | null;
	/** Of those, runs that another tab is training now. */
	readonly elsewhere: ReadonlySet<string>;
	readonly quota: { readonly used: number; readonly most: number } | null;
	/** Why the run is not kept: there is no room, or the browser keeps nothing for this page; empty while all is well. */
	readonly problem: "" | "full" | "blocked";
}

/** The newest run that did not reach its end, if nobody trains it now. */
export const interrupted = ({ runs, elsewhere }: Stored): StoredRun | undefined =>
	runs.find((run) => run.step < run.steps && !elsewhere.has(run.id));

/** Step from which the run of this page can go on; null where nothing of it is kept. */
export const keptStep = ({ runs, own }: Stored): number | null =>
	runs.find((run) => run.id === own)?.checkpoint ?? null;

export const storedStore = createStore<Stored>(() => ({
	runs: [],
	own: null,
	elsewhere: new Set(),
	quota: null,
	problem: "",
}));

/** Older runs make room. */
const MOST_RUNS = 20;
const LOCK = "ascribe-run ";

/** The lock that this tab holds, which says to others that the run is trained here. */
let held: { readonly id: string; readonly release: () => void } | null = null;
/** The stored run that the next start goes on with. */
let resumed: string | null = null;
let saving = false;
/** The run went on while it was being saved. */
let changed = false;

/** Keeps the run in the worker: with every checkpoint while it trains, and whenever it stops. */
export function followRuns(): void {
	void refresh();
	runStore.subscribe((run, before) => {
		if (run.phase === "starting" && before.phase !== "starting") begin();
		else if (isDue(run, before)) void save();
	});
	// Other tabs may have taken, made or deleted runs meanwhile.
	document.addEventListener("visibilitychange", () => {
		if (document.visibilityState === "visible") void refresh();
	});
}

function begin(): void {
	const own = resumed ?? crypto.randomUUID();
	storedStore.setState({ own });
	void hold(own);
}

/** Takes a run for this tab until it closes, however it closes, or another is taken. @returns false where another tab has it. */
async function hold(id: string): Promise<boolean> {
	if (held?.id === id || !navigator.locks) return true;
	return new Promise((resolve) => {
		void navigator.locks.request(LOCK + id, { ifAvailable: true }, (lock) => {
			resolve(lock !== null);
			if (!lock) return;
			letGo();
			return new Promise<void>((release) => {
				held = { id, release };
			});
		});
	});
}

function letGo(): void {
	held?.release();
	held = null;
}

function isDue({ phase, step, checkpoint, file, failure }: Run, before: Run): boolean {
	if (file !== null) return false;
	if (checkpoint !== null && checkpoint !== before.checkpoint) return true;
	if (step === 0) return false;
	// Single steps never leave the pause, so a pause is due again when the step moved.
	const lost = phase === "failed" && failure?.code === "device-lost" && failure.resumable;
	const stopped = lost || phase === "paused" || phase === "done" || phase === "cancelled";
	return stopped && (phase !== before.phase || step !== before.step);
}

async function save(): Promise<void> {
	const { spec, step, backend: asked, label } = runStore.getState();
	const { own: mine } = storedStore.getState();
	if (!mine || !spec) return;
	if (saving) {
		changed = true;
		return;
	}
	saving = true;
	try {
		const bytes = await runFile();
		if (!bytes || mine !== storedStore.getState().own) return;
		const { checkpointStep } = await import("../../engine/training/runFile");
		const checkpoint = checkpointStep(bytes, "The run");
		if (checkpoint === null) return;
		const title = findEntry(TASKS, spec.task.id)?.title ?? spec.task.id;
		// What it really ran on: an automatic choice could fall differently next time.
		const backend = label?.kind ?? asked;
		const preset = draftStore.getState().presetId;
		const at = { id: mine, title, preset, backend, step, checkpoint, steps: spec.steps, savedAt: Date.now() };
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
	// Shared ones only wait for a release.
	const taken = locks.flatMap(({ name, mode }) =>
		mode === "exclusive" && name?.startsWith(LOCK) ? [name.slice(LOCK.length)] : [],
	);
	const elsewhere = new Set(taken.filter((name) => name !== held?.id));
	for (const id of elsewhere) void awaitRelease(id);
	storedStore.setState({ runs: await storedRuns(), elsewhere, quota: await quota() });
}

/** Runs of other tabs whose release is waited for. */
const awaited = new Set<string>();

/** Looks again when the tab that trains a run lets go of it: one that was closed or has crashed may hold it for a moment longer. */
async function awaitRelease(id: string): Promise<void> {
	if (awaited.has(id)) return;
	awaited.add(id);
	// Shared, and let go at once: those who wait are in nobody's way.
	await navigator.locks.request(LOCK + id, { mode: "shared" }, () => undefined);
	awaited.delete(id);
	await refresh();
}

/**
 * Goes on with a stored run from its last checkpoint, on the executor it was on. The run is taken for this tab before it is read, so
 * that nobody writes it meanwhile.
 * @returns why it does not go on, for people; empty where it does, or where another run started meanwhile.
 */
export async function resumeRun(run: StoredRun): Promise<string> {
	if (isAlive(runStore.getState().phase)) return "";
	if (!(await hold(run.id))) {
		await refresh();
		return `The run of ${run.title} goes on in another tab.`;
	}
	const file = await stored(run);
	if (isAlive(runStore.getState().phase)) return "";
	if (typeof file === "string") {
		letGo();
		await refresh();
		return file;
	}
	choosePreset(run.preset, file.spec);
	setBackend(run.backend);
	resumed = run.id;
	const started = startRun(file.bytes);
	// Where the run was refused nothing took `resumed`, and the next run that starts is another one.
	resumed = null;
	await started;
	return "";
}

/** A stored run as its archive has it, or why it cannot be read. */
async function stored({
	id,
	title,
}: StoredRun): Promise<{ readonly bytes: Uint8Array; readonly spec: ExperimentSpec } | string> {
	const [bytes, { readRunFile }] = await Promise.all([storedRunFile(id), import("../../engine/training/runFile")]);
	if (!bytes) return `The run of ${title} is not in this browser any more.`;
	try {
		return { bytes, spec: readRunFile(bytes, "The stored run").spec };
	} catch (error) {
		return (error as Error).message;
	}
}

/** Goes on with the run that failed, from its checkpoint in storage, or else from the one that the trainer still has. */
export async function resumeFailed(): Promise<void> {
	const { runs, own } = storedStore.getState();
	const kept = runs.find((run) => run.id === own);
	if (kept) return void (await resumeRun(kept));
	const [{ spec }, bytes] = [runStore.getState(), await runFile()];
	if (!spec || !bytes) return;
	choosePreset(draftStore.getState().presetId, spec);
	await startRun(bytes);
}

export async function saveStoredRun(run: StoredRun): Promise<void> {
	const bytes = await storedRunFile(run.id);
	if (bytes) download(`${run.title.toLowerCase().replaceAll(/\W+/g, "-")}.ascribe.zip`, bytes, "application/zip");
}

export async function forgetRun({ id: gone }: StoredRun): Promise<void> {
	await refresh();
	if (storedStore.getState().elsewhere.has(gone)) return;
	await deleteRun(gone);
	if (gone === storedStore.getState().own) storedStore.setState({ own: null });
	await refresh();
}
