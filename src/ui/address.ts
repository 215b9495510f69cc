import { encodeLink, MAX_LINK_LENGTH } from "../engine/spec/link";
import { type FileState, fileStore } from "./files/fileStore";
import { wantedFileStore } from "./files/wantedFile";
import { openLink } from "./openLink";
import { addressLink, addressState } from "./share";
import { pairStore } from "./siblings/pair";
import { draftStore } from "./stores/draft";
import { frontStore } from "./stores/front";
import { layoutStore } from "./stores/layout";
import { isActive, type Run, runStore, setOpened } from "./stores/run";
import { selectionStore } from "./stores/selection";
import { viewStore } from "./stores/view";

/** The address follows when nothing has changed for this long. */
const SETTLED_MS = 400;
/** Fields whose value is in between while somebody types. */
const TYPED = 'textarea, input:not([type="checkbox"], [type="radio"], [type="range"], [type="file"])';

/**
 * Keeps the link to settings and view in the address, so that it can be copied, kept or reloaded. Another preset or method is an entry of the
 * history, so that Back goes back to the one before; everything else stands in place of what stood there. What the page opens with is left as
 * it was written until something changes. A link that somebody puts into the address is opened.
 * @returns the way to stop.
 */
export function followAddress(): () => void {
	const first = addressLink();
	let known = first;
	let turn = turnOf();
	let seen = { state: addressState(), turn };
	let noting = false;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let typing: EventTarget | null = null;
	const note = () => {
		noting = false;
		const now = { state: addressState(), turn: turnOf() };
		// What changed a moment before another preset was chosen still belongs to the entry that is left.
		if (now.turn !== turn && seen.turn === turn) complete();
		seen = now;
	};
	const complete = () => {
		const link = encodeLink(seen.state);
		if (link === known || link.length > MAX_LINK_LENGTH || isUnread(runStore.getState())) return;
		history.replaceState(OWN, "", addressOf(link));
		known = link;
	};
	const write = () => {
		const link = addressLink();
		if (link === known || isTyping(typing) || isUnread(runStore.getState())) return;
		if (link.length <= MAX_LINK_LENGTH) {
			const turned = turn !== turnOf();
			// The Back button has to restore what was on screen, which an address without a link does not say.
			if (turned && location.hash === "") history.replaceState(OWN, "", addressOf(known));
			history[turned ? "pushState" : "replaceState"](OWN, "", addressOf(link));
			turn = turnOf();
		}
		known = link;
	};
	const later = () => {
		// One act changes several stores: it is looked at when it is done.
		if (!noting) queueMicrotask(note);
		noting = true;
		clearTimeout(timer);
		timer = setTimeout(write, SETTLED_MS);
	};
	const stops = [
		...[draftStore, layoutStore, viewStore, frontStore, selectionStore, pairStore, wantedFileStore].map((store) =>
			store.subscribe(later),
		),
		fileStore.subscribe((file, before) => {
			if (changesPlace(file, before)) later();
		}),
		runStore.subscribe((run, before) => {
			if (changesAddress(run, before)) later();
		}),
		listen("input", ({ target }) => {
			typing = target instanceof Element && target.matches(TYPED) ? target : null;
		}),
		...(["change", "focusout"] as const).map((name) =>
			listen(name, () => {
				typing = null;
				later();
			}),
		),
		listen("hashchange", () => {
			const opened = openLink(location.hash || `#${first}`);
			// Going back to an entry of our own shows no card about the link again; its note and run stay what they were.
			if (opened) setOpened(isOwn() ? { ...opened, notices: [], read: true } : opened);
			known = addressLink();
			turn = turnOf();
			seen = { state: addressState(), turn };
		}),
	];
	return () => {
		clearTimeout(timer);
		for (const stop of stops) stop();
	};
}

/** Marks entries of the history that the page itself wrote: going back to one shows no card about its link. */
const OWN = { own: true } as const;
const isOwn = () => location.hash === "" || (history.state as Partial<typeof OWN> | null)?.own === true;
const addressOf = (link: string) => `${location.pathname}#${link}`;

/** What makes a new entry of the history when it changes. */
function turnOf(): string {
	const { presetId, spec } = draftStore.getState();
	return `${presetId} ${spec.method.id}`;
}

/** A field that left the page while somebody typed in it never says that it is done. */
const isTyping = (field: EventTarget | null) => field !== null && field === document.activeElement;

/** A link that this version could not read, or not whole, stays, so that a reload can bring the version that can. */
const isUnread = ({ opened }: Run) => opened?.newer !== undefined && !opened.read;

/** Steps of a run come many times a second and are not in the address. */
const changesAddress = (run: Run, before: Run) =>
	run.phase !== before.phase ||
	run.opened !== before.opened ||
	((run.latest !== before.latest || run.fingerprints !== before.fingerprints) && !isActive(run.phase));

/** News of the reading come many times a second; a place in a file follows from these alone. */
const changesPlace = (file: FileState, before: FileState) =>
	file.identities !== before.identities || file.table !== before.table || file.rows !== before.rows;

function listen(name: "input" | "change" | "focusout" | "hashchange", act: (event: Event) => void): () => void {
	addEventListener(name, act);
	return () => removeEventListener(name, act);
}
