import { PRESETS } from "../engine/spec/presets";
import { granularitiesOf } from "./credit/granularity";
import { fileStore } from "./files/fileStore";
import { isOfFiles, moveFileStep } from "./files/openFiles";
import { openTwin } from "./files/openTwin";
import { historyStore, redo, undo } from "./history";
import { LAYOUTS } from "./layouts";
import {
	besideSibling,
	copyLink,
	focusFilter,
	moveSelectedRow,
	moveSibling,
	moveToken,
	openExport,
	openMethods,
} from "./moves";
import { moveFrame } from "./recording/player";
import { cancelRun, followRun, playOrPause, startRun, stepOnce } from "./session";
import { openCoach } from "./shell/coach";
import { openKeyMap } from "./shell/keyMapDialog";
import { changeField, choosePreset } from "./stores/draft";
import { hasPanel } from "./stores/front";
import { type LayoutName, layoutStore, setLayout, setMarks, setTheme } from "./stores/layout";
import { isAlive, runStore } from "./stores/run";
import { moveGroup } from "./stores/selection";
import { timelineStore } from "./stores/timeline";
import { nextAlignment, nextGranularity, setView, viewStore } from "./stores/view";
import { nextSuspicious } from "./suspicious";
import { branchHere } from "./turnBranch";

/** Something a person can do from anywhere: by key, or by name in the palette. */
export interface Command {
	readonly id: string;
	readonly title: string;
	/** The key as `KeyboardEvent.key`; with `mod` together with Ctrl or ⌘, with `shift` together with Shift. */
	readonly key?: string;
	readonly mod?: boolean;
	readonly shift?: boolean;
	/** It changes nothing but what is looked at, and how: its key works inside another page, too. */
	readonly looks?: true;
	readonly run: () => void;
	/** Absent: always possible. */
	readonly possible?: () => boolean;
}

const alive = () => isAlive(runStore.getState().phase);
const hasRollouts = () => runStore.getState().latest !== null;
const filesOnScreen = () => isOfFiles(runStore.getState().latest) && fileStore.getState().steps !== null;
const hasFrames = () => filesOnScreen() || timelineStore.getState().frames.length > 1;
const moveCheckpoint = (by: 1 | -1) => (filesOnScreen() ? moveFileStep(by) : moveFrame(by));
const hasTwin = () => fileStore.getState().twin !== null;
const newSeed = () => changeField("seed", Math.floor(Math.random() * 1_000_000));

/** Every command, in the order of the palette. */
export const COMMANDS: readonly Command[] = [
	{ id: "play", title: "Play the checkpoints, or pause and resume the run", key: " ", run: playOrPause },
	{ id: "step", title: "One training step, then pause", key: ".", run: () => void stepOnce() },
	{ id: "restart", title: "Run with the present settings", key: "r", run: () => void startRun() },
	{ id: "cancel", title: "Cancel the run", run: () => void cancelRun(), possible: alive },
	{ id: "seed", title: "New random seed", key: "S", shift: true, run: newSeed },
	{
		id: "next-checkpoint",
		looks: true,
		title: "Next checkpoint",
		key: "]",
		run: () => moveCheckpoint(1),
		possible: hasFrames,
	},
	{
		id: "previous-checkpoint",
		looks: true,
		title: "Checkpoint before",
		key: "[",
		run: () => moveCheckpoint(-1),
		possible: hasFrames,
	},
	{
		id: "next-group",
		looks: true,
		title: "Next group",
		key: "n",
		shift: false,
		run: () => moveGroup(1),
		possible: hasRollouts,
	},
	{
		id: "previous-group",
		looks: true,
		title: "Previous group",
		key: "n",
		shift: true,
		run: () => moveGroup(-1),
		possible: hasRollouts,
	},
	{ id: "next-token", looks: true, title: "Next token", key: "j", run: () => moveToken(1), possible: hasRollouts },
	{
		id: "previous-token",
		looks: true,
		title: "Token before",
		key: "k",
		run: () => moveToken(-1),
		possible: hasRollouts,
	},
	{
		id: "next-sibling",
		looks: true,
		title: "Next rollout of the group",
		key: "l",
		run: () => moveSibling(1),
		possible: hasRollouts,
	},
	{
		id: "previous-sibling",
		looks: true,
		title: "Rollout of the group before",
		key: "h",
		run: () => moveSibling(-1),
		possible: hasRollouts,
	},
	{
		id: "suspicious",
		looks: true,
		title: "Next suspicious token: the largest loss",
		key: "x",
		run: nextSuspicious,
		possible: hasRollouts,
	},
	{
		id: "siblings",
		looks: true,
		title: "Beside a sibling: where two rollouts part; again for the next one",
		key: "=",
		run: besideSibling,
		possible: () => hasRollouts() && hasPanel("siblings"),
	},
	{
		id: "branch",
		title: "Branch here: sample on from before and after the turn of the pinned token",
		key: "b",
		shift: false,
		run: branchHere,
		possible: () => hasRollouts() && hasPanel("tree"),
	},
	{ id: "filter", title: "Filter rollouts", key: "/", run: focusFilter },
	{ id: "methods", title: "Methods under the text", key: "m", run: openMethods },
	{ id: "twin", title: "Open the toy twin of the files", key: "t", run: () => void openTwin(), possible: hasTwin },
	{ id: "export", title: "Export the panel at hand", key: "e", run: openExport },
	{ id: "copy", title: "Copy a link to this", key: "c", run: copyLink },
	{ id: "keys", title: "All keys", key: "?", run: openKeyMap },
	{ id: "follow", title: "Unpin and follow the latest rollouts", run: followRun, possible: hasRollouts },
	{ id: "bars", looks: true, title: "Credit as bars or as cells", key: "b", shift: true, run: toggleMarks },
	{ id: "exact", looks: true, title: "The exact row, or methods alone", key: "v", run: toggleExact },
	{ id: "row-up", title: "Selected method's row up (Alt ↑ in the text)", run: () => moveSelectedRow(-1) },
	{ id: "row-down", title: "Selected method's row down (Alt ↓ in the text)", run: () => moveSelectedRow(1) },
	{ id: "granularity", looks: true, title: "Credit by token, word, step, turn or rollout", key: "g", run: coarser },
	{
		id: "alignment",
		looks: true,
		title: "Error raw, after the best factor, or by ranks",
		key: "d",
		run: nextAlignment,
	},
	{
		id: "undo",
		title: "Undo a change of settings, selection, layout or view",
		key: "z",
		mod: true,
		run: undo,
		possible: () => historyStore.getState().past.length > 0,
	},
	{
		id: "redo",
		title: "Redo what was undone",
		key: "z",
		mod: true,
		shift: true,
		run: redo,
		possible: () => historyStore.getState().future.length > 0,
	},
	{ id: "coach", title: "First steps: five cards", run: openCoach },
	...Object.entries(LAYOUTS).map(
		([id, { title, help }]): Command => ({
			id: `layout-${id}`,
			title: `Layout ${title}: ${help}`,
			run: () => setLayout(id as LayoutName),
		}),
	),
	...(["system", "light", "dark"] as const).map(
		(theme): Command => ({ id: `theme-${theme}`, title: `Theme: ${theme}`, run: () => setTheme(theme) }),
	),
	...PRESETS.map(
		({ id, title, spec }): Command => ({
			id: `preset-${id}`,
			title: `Preset: ${title}`,
			run: () => choosePreset(id, spec),
		}),
	),
];

function coarser(): void {
	const { latest } = runStore.getState();
	nextGranularity(latest ? granularitiesOf(latest.batch) : undefined);
}

function toggleExact(): void {
	setView({ exact: !viewStore.getState().exact });
}

function toggleMarks(): void {
	setMarks(layoutStore.getState().marks === "bars" ? "cells" : "bars");
}

/**
 * The command of a key press, if it has one that is possible now. Keys without Ctrl or ⌘ can be switched off.
 * @param embedded inside another page, whose own keys the others may be.
 */
export function commandOf(
	event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey">,
	embedded = false,
): Command | null {
	const mod = event.ctrlKey || event.metaKey;
	if (!mod && !layoutStore.getState().singleKeys) return null;
	const found = COMMANDS.find(
		(c) =>
			c.key?.toLowerCase() === event.key.toLowerCase() &&
			(c.mod ?? false) === mod &&
			(c.shift === undefined ? !(mod && event.shiftKey) : c.shift === event.shiftKey),
	);
	const answers = found && (found.looks || !embedded) && (found.possible?.() ?? true);
	return answers ? found : null;
}

/** How a command's key is written beside it. */
export function keyText({ key, mod, shift }: Command): string {
	if (!key) return "";
	const name = key === " " ? "Space" : key.toUpperCase();
	return `${mod ? "Ctrl " : ""}${shift ? "Shift " : ""}${name}`;
}

/** Commands whose titles contain all words of the query, in their order. */
export function searchCommands(query: string): Command[] {
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	return COMMANDS.filter(
		(c) => (c.possible?.() ?? true) && words.every((word) => c.title.toLowerCase().includes(word)),
	);
}
