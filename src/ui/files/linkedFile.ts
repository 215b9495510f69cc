import type { ViewState } from "../../engine/spec/link";
import { HASH_DIGITS, type LinkFile, shownName } from "../../engine/spec/linkFile";
import type { OpenFile } from "../../workers/filesApi";
import { pairOnScreen, putPair } from "../siblings/linkedPair";
import { keptImportWith } from "../storage/keepImports";
import { addNotices, type Latest, runStore } from "../stores/run";
import { chooseGroup, pinToken, selectionStore } from "../stores/selection";
import { fileStore } from "./fileStore";
import { isOfFiles, openImport, showGroup } from "./openFiles";
import { type FilePlace, forgetWanted, setWanted, viewOfPlace, type WantedFile, wantedFileStore } from "./wantedFile";

/** The place on screen in a file, for a link; with what is waited for where a link asked for a file that is not here yet. */
export interface LinkedPlace {
	readonly file: LinkFile;
	readonly view: ViewState;
	/** A link asked for the file, which is not here yet. */
	readonly waits: boolean;
}

/** @returns null where nothing of a file is on screen, or its hash is not known yet. */
export function linkedPlace(): LinkedPlace | null {
	const onScreen = placeOnScreen();
	if (onScreen) return onScreen;
	const { wanted } = wantedFileStore.getState();
	return wanted && { file: wanted.file, view: viewOfPlace(wanted.place), waits: true };
}

function placeOnScreen(): LinkedPlace | null {
	const { latest } = runStore.getState();
	const { identities, rows, table } = fileStore.getState();
	if (!identities || !table || !latest || !isOfFiles(latest) || latest.editedFrom) return null;
	const { pinned, group } = selectionStore.getState();
	const b = pinned?.rollout ?? Math.max(0, latest.batch.groupIds.indexOf(group ?? -1));
	const row = rows[b];
	const home = row === undefined ? undefined : identities.find(({ first, end }) => first <= row && row < end);
	if (row === undefined || !home) return null;
	const token = pinned?.token ?? null;
	const place: FilePlace = {
		rollout: row - home.first,
		token,
		turn: token === null ? null : turnOf(latest, b, token),
		length: token === null ? null : (latest.batch.lengths[b] as number),
		...pairIn(home, rows),
	};
	return { file: linkFileOf(home), view: viewOfPlace(place), waits: false };
}

/** The siblings on screen as rollouts of a file, where both are of it. */
function pairIn({ first, end }: OpenFile, rows: readonly number[]): Pick<FilePlace, "left" | "right"> {
	const pair = pairOnScreen();
	const [left = -1, right = -1] = pair ? [rows[pair.left], rows[pair.right]] : [];
	const isHere = (row: number) => row >= first && row < end;
	return isHere(left) && isHere(right) ? { left: left - first, right: right - first } : { left: null, right: null };
}

const linkFileOf = ({ hash, name }: OpenFile): LinkFile => ({
	hash: hash.slice(0, HASH_DIGITS),
	name: shownName(name),
});

/** Which turn of its rollout a token belongs to; null where turns are not told apart. */
function turnOf({ batch: { turns } }: Latest, b: number, token: number): number | null {
	if (!turns) return null;
	const [from, to] = [turns.offsets[b] as number, turns.offsets[b + 1] as number];
	for (let turn = from; turn < to; turn++)
		if ((turns.start[turn] as number) <= token && token < (turns.end[turn] as number)) return turn - from;
	return null;
}

/**
 * Looks for the file of a link among those that the browser keeps, and goes to the place when the file is open, whoever brought it.
 * @param keeps whether the browser may be asked for files that it keeps.
 */
export function followWantedFile(keeps: boolean): void {
	const look = () => {
		const { wanted } = wantedFileStore.getState();
		if (!wanted) return;
		const { identities } = fileStore.getState();
		if (identities) void arrive(identities);
		else if (!wanted.missing) void fetchKept(wanted, keeps);
	};
	wantedFileStore.subscribe(({ wanted }, before) => {
		if (wanted?.file !== before.wanted?.file) look();
	});
	fileStore.subscribe(({ identities }, before) => {
		if (identities && identities !== before.identities) void arrive(identities);
	});
	look();
}

async function fetchKept(wanted: WantedFile, keeps: boolean): Promise<void> {
	const stillWanted = () => wantedFileStore.getState().wanted === wanted;
	// Where what is kept cannot be looked through a person has to bring the file.
	const kept = keeps ? await keptImportWith(wanted.file.hash).catch(() => null) : null;
	if (!stillWanted()) return;
	if (kept) await openImport(kept).catch(() => undefined);
	if (stillWanted() && !(kept && fileStore.getState().report)) setWanted({ missing: true });
}

/** Files are open: the one that is wanted may be among them. */
async function arrive(identities: readonly OpenFile[]): Promise<void> {
	const { wanted } = wantedFileStore.getState();
	const { table } = fileStore.getState();
	if (!wanted || !table) return;
	const home = identities.find(({ hash }) => hash.startsWith(wanted.file.hash));
	if (!home) {
		const [other] = identities;
		return setWanted({ missing: true, other: other ? linkFileOf(other) : null });
	}
	forgetWanted();
	await land(home, wanted.place);
}

async function land(home: OpenFile, place: FilePlace): Promise<void> {
	const { rollout } = place;
	if (rollout === null) return;
	const row = home.first + rollout;
	const group = row < home.end ? fileStore.getState().table?.group[row] : undefined;
	if (group === undefined)
		return addNotices([
			`The link points at rollout ${rollout} of ${shownName(home.name)}; its last is ${home.end - home.first - 1}.`,
		]);
	await showGroup(group);
	const b = fileStore.getState().rows.indexOf(row);
	const { latest } = runStore.getState();
	if (b < 0 || !latest || !isOfFiles(latest)) return;
	chooseGroup(group);
	addNotices([...pinPlace(latest, b, place), ...putSiblings(latest, home, place)]);
}

function putSiblings(latest: Latest, { first }: OpenFile, { left, right }: FilePlace): string[] {
	if (left === null || right === null) return [];
	const { rows } = fileStore.getState();
	const [l, r] = [rows.indexOf(first + left), rows.indexOf(first + right)];
	if (l >= 0 && r >= 0) return putPair(latest, { left: l, right: r });
	return ["The siblings of the view were left out: they are not in the group that the link points at."];
}

function pinPlace(latest: Latest, b: number, { token, turn, length }: FilePlace): string[] {
	const here = latest.batch.lengths[b] as number;
	if (token !== null && token < here && (length === null || length === here)) {
		pinToken(b, token);
		return [];
	}
	const { turns } = latest.batch;
	const at = turn === null || !turns ? -1 : (turns.offsets[b] as number) + turn;
	if (turns && at >= 0 && at < (turns.offsets[b + 1] as number)) pinToken(b, turns.start[at] as number);
	if (token === null) return [];
	const whole = length === null ? "" : `, ${length} there and ${here} here`;
	return [`The text is cut into other tokens than where the link was made${whole}: its token could not be pinned.`];
}
