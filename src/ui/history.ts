import { createStore } from "zustand/vanilla";
import { type Draft, draftStore } from "./stores/draft";
import { type Layout, layoutStore } from "./stores/layout";
import { type Latest, runStore } from "./stores/run";
import { type Selection, selectionStore } from "./stores/selection";
import { type View, viewStore } from "./stores/view";

/** What undo brings back: settings, selection, layout and how credit is read; never the run. */
interface Moment {
	readonly draft: Pick<Draft, "presetId" | "spec">;
	readonly selection: Pick<Selection, "group" | "pinned">;
	/** The rollouts that the selection points into; in others it would mean something else. */
	readonly rollouts: Latest | null;
	readonly layout: Pick<Layout, "layout" | "rows" | "marks" | "curves">;
	readonly view: View;
}

export interface History {
	/** Earlier and undone moments, nearest last. */
	readonly past: readonly Moment[];
	readonly future: readonly Moment[];
}

const LONGEST = 100;
/** Changes of one thing in quick succession, as in typing or dragging, are one step back. */
const SAME_CHANGE_MS = 800;

export const historyStore = createStore<History>(() => ({ past: [], future: [] }));

let present = moment();
let restoring = false;
let last = { what: "", at: Number.NEGATIVE_INFINITY };

function moment(): Moment {
	const { presetId, spec } = draftStore.getState();
	const { group, pinned } = selectionStore.getState();
	const { layout, rows, marks, curves } = layoutStore.getState();
	const { latest: rollouts } = runStore.getState();
	const view = viewStore.getState();
	return {
		draft: { presetId, spec },
		selection: { group, pinned },
		rollouts,
		layout: { layout, rows, marks, curves },
		view,
	};
}

/** Remembers every change of settings, selection, layout and view from now on. @returns the way to stop. */
export function followHistory(): () => void {
	present = moment();
	const stops = [
		draftStore.subscribe(() => remember("draft", draftStore.getState().edited)),
		selectionStore.subscribe(() => remember("selection", "")),
		layoutStore.subscribe(() => remember("layout", "")),
		viewStore.subscribe(() => remember("view", "")),
	];
	return () => {
		for (const stop of stops) stop();
	};
}

function remember(part: "draft" | "selection" | "layout" | "view", detail: string): void {
	const before = present;
	const now = moment();
	const same = (Object.keys(now[part]) as never[]).every((key) => now[part][key] === before[part][key]);
	present = now;
	if (same || restoring) return;
	const what = `${part} ${detail}`;
	const at = performance.now();
	const continues = what === last.what && at - last.at < SAME_CHANGE_MS && detail !== "";
	last = { what, at };
	if (continues) return;
	historyStore.setState(({ past }) => ({ past: [...past, before].slice(-LONGEST), future: [] }));
}

export function undo(): void {
	const { past, future } = historyStore.getState();
	const to = past.at(-1);
	if (to) go(to, { past: past.slice(0, -1), future: [...future, moment()] });
}

export function redo(): void {
	const { past, future } = historyStore.getState();
	const to = future.at(-1);
	if (to) go(to, { past: [...past, moment()], future: future.slice(0, -1) });
}

function go(to: Moment, history: History): void {
	restoring = true;
	draftStore.setState({ ...to.draft, rejected: {} });
	if (to.rollouts === runStore.getState().latest) selectionStore.setState(to.selection);
	layoutStore.setState(to.layout);
	viewStore.setState(to.view);
	restoring = false;
	last = { what: "", at: Number.NEGATIVE_INFINITY };
	historyStore.setState(history);
}
