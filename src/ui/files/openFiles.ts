import { messageOf } from "../../engine/core/errors";
import { plural } from "../../engine/core/plural";
import { visibleName } from "../../engine/core/writing";
import type { Finding, OursChoice } from "../../engine/lint/check";
import type { CreditResult, RolloutBatch } from "../../engine/rollouts/batch";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import type {
	FilesApi,
	FilesProgress,
	FilesReport,
	FilesStep,
	FilesTable,
	NamedFile,
	StoredImport,
} from "../../workers/filesApi";
import type { LabApi } from "../../workers/labApi";
import { download } from "../figures/download";
import { keepOpened, refreshImports, startWork } from "../storage/keepImports";
import { draftStore } from "../stores/draft";
import { bringToFront } from "../stores/front";
import { type Latest, type OurCredit, runStore } from "../stores/run";
import { pinToken, selectionStore } from "../stores/selection";
import { nearestStep, stepsOf } from "./fileSteps";
import { type FileState, fileStore, resetFiles } from "./fileStore";

let files: FilesApi | null = null;
type Creditor = Pick<LabApi, "credit" | "twin">;
let lab: Creditor | null = null;
/** Number of the latest reading: answers to earlier ones are dropped. */
let generation = 0;
/** The group that was asked for last, and the reading that it is of; answers for other groups that arrive later are dropped. */
let wish = { of: -1, group: 0 };
/** Number of the reading whose rollouts are on screen: groups of earlier files may have the same numbers. */
let shownOf = -1;

/** Takes the worker that reads files, and the lab that credits what carries no credit of its own and knows the presets. */
export function connectFiles(api: FilesApi, creditor: Creditor): void {
	files = api;
	lab = creditor;
}

/** Reads files, shows their first group as soon as it is there, then looks for what is wrong with their credit, and keeps them. */
export async function openFiles(list: readonly NamedFile[]): Promise<void> {
	if (list.length > 0) await read(titleOf(list), (api, tell) => api.open(list, tell), "keep");
}

/** Opens files that the browser keeps. */
export async function openImport({ id, title }: StoredImport): Promise<void> {
	await read(title, (api, tell) => api.openImport(id, tell), "kept");
	await refreshImports();
}

/** Where files come from: from a person, to be kept; from what is kept; or from the page itself. */
type Origin = "keep" | "kept" | "page";
type Opener = (api: FilesApi, tell: (progress: FilesProgress) => void) => Promise<FilesReport>;

async function read(title: string, open: Opener, origin: Origin): Promise<void> {
	const api = files;
	if (!api) return;
	const mine = ++generation;
	const current = () => mine === generation;
	resetFiles({ phase: "reading", title });
	let shown = false;
	try {
		const report = await open(api, (progress) => {
			if (!current()) return;
			fileStore.setState({ progress });
			if (!shown && progress.groups > 0) {
				shown = true;
				void showGroup(0);
			}
		});
		if (!current()) return;
		const table = await api.table();
		if (!current()) return;
		fileStore.setState({ phase: "open", report, table, steps: stepsOf(table) });
		// What was open before is held no longer.
		void refreshImports();
		if (isCut(table)) shownOf = -1;
		await showGroup(wish.of === mine ? wish.group : 0);
		if (!current()) return;
		if (origin !== "page") void identify(api, current).then(() => (origin === "keep" ? keepThese(current) : undefined));
		const findings = await api.lint();
		if (!current()) return;
		fileStore.setState({ findings });
		await compareWith(findings.flatMap(({ ours }) => ours ?? [])[0] ?? null);
		const twin = await lab?.twin(report.card.shape);
		if (current() && twin) fileStore.setState({ twin });
	} catch (error) {
		if (current()) resetFiles({ problem: isCancelled(error) ? "" : messageOf(error) });
	}
}

/** Whether the step on screen was shown before all of it was read. */
function isCut({ step }: FilesTable): boolean {
	const { rows } = fileStore.getState();
	const at = step[rows[0] ?? 0];
	return rows.length < step.filter((other) => Object.is(other, at)).length;
}

/** Names the files by their hashes, so that links can point into them. */
async function identify(api: FilesApi, current: () => boolean): Promise<void> {
	const hashing = startWork("hashing");
	try {
		const identities = await api.identify(hashing.tell);
		if (current()) fileStore.setState({ identities });
	} catch (error) {
		// Without a hash there is no link into the file, and no copy of it; what is on screen is as good as before.
		if (current() && !isCancelled(error)) fileStore.setState({ problem: messageOf(error) });
	} finally {
		hashing.end();
	}
}

/** Keeps the files on screen in the browser, if the person wants that. */
export async function keepThese(current: () => boolean = () => true): Promise<void> {
	const { title, report, identities } = fileStore.getState();
	if (!report || !identities || !current()) return;
	const formats = report.formats.map((format) => format.title).join(", ");
	await keepOpened({ title, about: `${formats}, ${plural(report.card.rollouts, "rollout")}` });
}

/** Sample dump that comes with the page. */
const EXAMPLE = "datasets/dumps/verl/12.jsonl";

/** Opens the sample: what a verl run on a toy task would have dumped. */
export async function openExample(): Promise<void> {
	try {
		const response = await fetch(EXAMPLE);
		if (!response.ok) throw new Error(`${EXAMPLE} could not be fetched (${response.status}).`);
		const example = { name: "example/12.jsonl", file: new File([await response.blob()], "12.jsonl") };
		await read(example.name, (api, tell) => api.open([example], tell), "page");
	} catch (error) {
		resetFiles({ problem: messageOf(error) });
	}
}

export function cancelReading(): void {
	void files?.cancel();
}

/** Closes the files; what they showed stays on screen until something else takes its place. */
export function closeFiles(): void {
	generation++;
	void files?.cancel().then(refreshImports);
	resetFiles({});
}

/** Puts a group of the files on screen, with the step that it belongs to. A run that goes on keeps its rollouts back meanwhile. */
export async function showGroup(group: number): Promise<void> {
	const api = files;
	if (!api) return;
	const mine = generation;
	const own = { of: mine, group };
	wish = own;
	const current = () => mine === generation && wish === own;
	const { latest } = runStore.getState();
	if (latest && shownOf === mine && isOfFiles(latest) && latest.batch.groupIds.includes(group)) {
		selectionStore.setState({ group, pinned: null });
		fileStore.setState({ group, asked: null });
		return;
	}
	fileStore.setState({ asked: group });
	try {
		const step = await api.stepOf(group);
		const credit = step.theirs ?? (await ownCredit(step));
		const { batch, names, rows } = step;
		const ours = step.theirs ? await ourCredit(batch, fileStore.getState().ours) : null;
		if (!current()) return;
		const shown = { step: step.step ?? 0, batch, credit, names, spec: FILE_SPEC, ...(ours ? { ours } : {}) };
		selectionStore.setState({ group, pinned: null, step: null, hold: true });
		runStore.setState({ latest: shown, waiting: null, beside: null, exact: null });
		shownOf = mine;
		fileStore.setState({ group, asked: null, rows, step: step.step, problem: "" });
	} catch (error) {
		if (!current()) return;
		fileStore.setState({ asked: null, problem: messageOf(error) });
		if (shownOf === -1) clearPart();
	}
}

/** Takes a group off the screen of which only a part was read: it would be taken for the whole. */
function clearPart(): void {
	const { latest } = runStore.getState();
	if (!latest || !isOfFiles(latest)) return;
	runStore.setState({ latest: null, beside: null, exact: null });
	selectionStore.setState({ pinned: null });
	fileStore.setState({ rows: [] });
}

/** Puts the first group of the step nearest to a number on screen. */
export function showFileStep(wanted: number): void {
	const { steps } = fileStore.getState();
	const group = steps?.groups[nearestStep(steps, wanted)];
	if (group !== undefined) void showGroup(group);
}

/** The training step that was asked for last, from which the next one counts; rollouts of no known step stand at 0. */
export function stepAtHand({ asked, table }: Pick<FileState, "asked" | "table">, latest: Latest | null): number {
	const row = asked === null ? -1 : (table?.group.indexOf(asked) ?? -1);
	return row < 0 ? (latest?.step ?? 0) : table?.step[row] || 0;
}

/** Goes to the next or previous step of the files. */
export function moveFileStep(by: 1 | -1): void {
	const { steps } = fileStore.getState();
	if (!steps) return;
	const at = stepAtHand(fileStore.getState(), runStore.getState().latest);
	const to = steps.steps[nearestStep(steps, at) + by];
	if (to !== undefined) showFileStep(to);
}

/** Takes note of what the files' credit was computed again with, and puts it beside theirs; the first token that differs is pinned. */
async function compareWith(ours: OursChoice | null): Promise<void> {
	const { latest } = runStore.getState();
	fileStore.setState({ ours });
	if (!ours || !latest || !isOfFiles(latest)) return;
	const found = await ourCredit(latest.batch, ours);
	if (!found || runStore.getState().latest !== latest) return;
	const shown = { ...latest, ours: found };
	runStore.setState(({ beside }) => ({
		latest: shown,
		beside: beside?.of === latest ? { of: shown, answers: beside.answers } : null,
	}));
	const { rows } = fileStore.getState();
	if (ours.mismatch && !selectionStore.getState().pinned && rows.includes(ours.mismatch.row)) pinPlace(ours.mismatch);
}

async function ourCredit(batch: RolloutBatch, ours: OursChoice | null): Promise<OurCredit | null> {
	if (!ours) return null;
	const [answer] = (await lab?.credit(FILE_SPEC, batch, [{ id: ours.method, params: ours.params }])) ?? [];
	return answer?.ok ? { name: ours.name, credit: answer.credit } : null;
}

function pinPlace({ row, token }: { readonly row: number; readonly token: number }): void {
	const rollout = fileStore.getState().rows.indexOf(row);
	if (rollout >= 0) pinToken(rollout, token);
}

/** Puts a rollout on screen, by its row in the table, with its first counted token pinned. */
export async function showRollout(row: number): Promise<void> {
	const group = fileStore.getState().table?.group[row];
	if (group === undefined) return;
	await showGroup(group);
	const rollout = fileStore.getState().rows.indexOf(row);
	const { batch } = runStore.getState().latest ?? {};
	if (!batch || rollout < 0) return;
	const first = batch.actionMask.subarray(rollout * batch.T, (rollout + 1) * batch.T).indexOf(1);
	if (first >= 0) pinToken(rollout, first);
}

/** Narrows the table of rollouts to those of a finding, and shows its clearest case. */
export function showFinding(finding: Finding): void {
	fileStore.setState({ finding });
	bringToFront("rollouts");
	void showClearest(finding);
}

/** Puts the clearest case of a finding on screen; where theirs and ours differ, with the first token that does pinned. */
export async function showClearest({ worst, ours }: Finding): Promise<void> {
	const group = fileStore.getState().table?.group[worst];
	if (group === undefined) return;
	await showGroup(group);
	if (ours?.mismatch) pinPlace(ours.mismatch);
}

/** Saves all rollouts of the files in a format of our own, `rollouts.jsonl` or `rollouts.parquet`. */
export async function saveRollouts(name: string): Promise<void> {
	if (!files) return;
	try {
		download(name, await files.save(name), "application/octet-stream");
	} catch (error) {
		fileStore.setState({ problem: messageOf(error) });
	}
}

/** Stands for the settings that nobody knows: no task of ours, and nothing to be worked out exactly. */
const FILE_SPEC: ExperimentSpec = {
	...draftStore.getState().spec,
	task: { id: "file", params: {} },
	oracle: "off",
};

/** Whether rollouts on screen come from files. */
export const isOfFiles = (latest: Pick<Latest, "spec"> | null): boolean => latest?.spec === FILE_SPEC;

/** GRPO's credit for rollouts whose source computed none: what most trainers would have given. */
async function ownCredit({ batch }: FilesStep): Promise<CreditResult> {
	const [answer] = (await lab?.credit(FILE_SPEC, batch, ["grpo"])) ?? [];
	if (answer?.ok) return answer.credit;
	throw new Error(answer?.reason ?? "Nothing can be said of the credit of this file.");
}

/** The name of the only file, or of the folder that all lie in and how many they are. */
function titleOf(list: readonly NamedFile[]): string {
	const [first] = list;
	const more = list.length - 1;
	const name = visibleName(first?.name ?? "");
	if (more === 0) return name;
	const folder = first?.name.split("/").slice(0, -1).join("/");
	return folder && list.every(({ name }) => name.startsWith(`${folder}/`))
		? `${visibleName(folder)}: ${list.length} files`
		: `${name} and ${more} more`;
}

/** Errors cross the border of a worker with their name. */
const isCancelled = (error: unknown): boolean => error instanceof Error && error.name === "Cancelled";
