import type { ExperimentSpec } from "../../engine/spec/experiment";
import { PRESETS } from "../../engine/spec/presets";
import type { NamedFile } from "../../workers/filesApi";
import { showRunFile, startRun } from "../session";
import { changedPaths } from "../setup";
import { choosePreset, draftStore } from "../stores/draft";
import { canUseGpu, isAlive, runStore, setBackend } from "../stores/run";

/** Bytes; the archives that are unpacked are of no more. */
const LARGEST = 2 ** 29;
const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** Names stand in the directory at the end of an archive; that of a run bundle is short. */
const TAIL = 64 * 1024;

/** Whether a file is a run bundle: a zip archive whose directory names settings and fingerprints. */
export async function isRunBundle({ file }: NamedFile): Promise<boolean> {
	const head = new Uint8Array(await file.slice(0, ZIP.length).arrayBuffer());
	if (file.size > LARGEST || !ZIP.every((byte, i) => head[i] === byte)) return false;
	const tail = await file.slice(Math.max(0, file.size - TAIL)).text();
	return tail.includes("spec.json") && tail.includes("fingerprints.json");
}

/**
 * Opens a run bundle: its settings become those on screen, its curves, fingerprints and latest rollouts are shown. Nothing starts.
 * @param leftOut how many other files came with it and are not opened.
 * @throws one sentence for a file that is damaged, or while a run is on.
 */
export async function openRun({ name, file }: NamedFile, leftOut = 0): Promise<void> {
	refuseWhileOn(name);
	const bytes = new Uint8Array(await file.arrayBuffer());
	const [{ readRunFile }, { eventsOf }, { checkRunModel }] = await Promise.all([
		import("../../engine/training/runFile"),
		import("../../engine/training/runFileEvents"),
		import("../../engine/training/sameModel"),
	]);
	const run = readRunFile(bytes, name);
	checkRunModel(run, name);
	const events = eventsOf(run, name);
	// One may have begun while the file was read.
	refuseWhileOn(name);
	choosePreset(nearestPreset(run.spec), run.spec);
	const { device } = runStore.getState();
	if (run.label && (run.label.kind !== "gpu" || canUseGpu(device))) setBackend(run.label.kind);
	showRunFile({ name, bytes, checkpoint: run.checkpoint?.step ?? 0, leftOut, read: false }, run.spec, events);
}

function refuseWhileOn(name: string): void {
	if (isAlive(runStore.getState().phase))
		throw new Error(`${name} holds a run. One is on here: cancel it first, then open the file again.`);
}

/** Goes on with the run on screen from the checkpoint of its file. */
export async function goOnFromFile(): Promise<void> {
	const { file, spec } = runStore.getState();
	if (!file || !spec) return;
	choosePreset(draftStore.getState().presetId, spec);
	await startRun(file.bytes);
}

/** The preset from which the fewest settings differ, of those with the same task if there are any. */
function nearestPreset(spec: ExperimentSpec): string {
	const ofTask = PRESETS.filter((preset) => preset.spec.task.id === spec.task.id);
	const counted = (ofTask.length > 0 ? ofTask : PRESETS).map(({ id }) => ({
		id,
		changed: changedPaths(id, spec).length,
	}));
	return counted.reduce((best, next) => (next.changed < best.changed ? next : best)).id;
}
