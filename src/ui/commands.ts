import { PRESETS } from "../engine/spec/presets";
import { granularitiesOf } from "./credit/granularity";
import { LAYOUTS } from "./layouts";
import { moveFrame } from "./recording/player";
import { cancelRun, followRun, playOrPause, startRun, stepOnce } from "./session";
import { changeField, choosePreset, draftStore, redo, undo } from "./stores/draft";
import { type LayoutName, layoutStore, setLayout, setMarks, setTheme } from "./stores/layout";
import { isAlive, runStore } from "./stores/run";
import { moveGroup } from "./stores/selection";
import { timelineStore } from "./stores/timeline";
import { nextAlignment, nextGranularity } from "./stores/view";

/** Something a person can do from anywhere: by key, or by name in the palette. */
export interface Command {
	readonly id: string;
	readonly title: string;
	/** The key as `KeyboardEvent.key`; with `mod` together with Ctrl or ⌘, with `shift` together with Shift. */
	readonly key?: string;
	readonly mod?: boolean;
	readonly shift?: boolean;
	readonly run: () => void;
	/** Absent: always possible. */
	readonly possible?: () => boolean;
}

const alive = () => isAlive(runStore.getState().phase);
const hasRollouts = () => runStore.getState().latest !== null;
const hasFrames = () => timelineStore.getState().frames.length > 1;
const newSeed = () => changeField("seed", Math.floor(Math.random() * 1_000_000));

/** Every command, in the order of the palette. */
export const COMMANDS: readonly Command[] = [
	{ id: "play", title: "Play the checkpoints, or pause and resume the run", key: " ", run: playOrPause },
	{ id: "step", title: "One training step, then pause", key: ".", run: () => void stepOnce() },
	{ id: "restart", title: "Run with the present settings", key: "r", run: () => void startRun() },
	{ id: "cancel", title: "Cancel the run", run: () => void cancelRun(), possible: alive },
	{ id: "seed", title: "New random seed", key: "S", shift: true, run: newSeed },
	{ id: "next-checkpoint", title: "Next checkpoint", key: "]", run: () => moveFrame(1), possible: hasFrames },
	{ id: "previous-checkpoint", title: "Checkpoint before", key: "[", run: () => moveFrame(-1), possible: hasFrames },
	{ id: "next-group", title: "Next group", key: "n", shift: false, run: () => moveGroup(1), possible: hasRollouts },
	{
		id: "previous-group",
		title: "Previous group",
		key: "n",
		shift: true,
		run: () => moveGroup(-1),
		possible: hasRollouts,
	},
	{ id: "follow", title: "Unpin and follow the latest rollouts", run: followRun, possible: hasRollouts },
	{ id: "bars", title: "Credit as bars or as cells", key: "b", run: toggleMarks },
	{ id: "granularity", title: "Credit by token, word, step, turn or rollout", key: "g", run: coarser },
	{ id: "alignment", title: "Error raw, after the best factor, or by ranks", key: "d", run: nextAlignment },
	{
		id: "undo",
		title: "Undo a change of settings",
		key: "z",
		mod: true,
		run: undo,
		possible: () => draftStore.getState().past.length > 0,
	},
	{
		id: "redo",
		title: "Redo a change of settings",
		key: "z",
		mod: true,
		shift: true,
		run: redo,
		possible: () => draftStore.getState().future.length > 0,
	},
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

function toggleMarks(): void {
	setMarks(layoutStore.getState().marks === "bars" ? "cells" : "bars");
}

/** The command of a key press, if it has one that is possible now. */
export function commandOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey">): Command | null {
	const mod = event.ctrlKey || event.metaKey;
	const found = COMMANDS.find(
		(c) =>
			c.key?.toLowerCase() === event.key.toLowerCase() &&
			(c.mod ?? false) === mod &&
			(c.shift === undefined ? !(mod && event.shiftKey) : c.shift === event.shiftKey),
	);
	return found && (found.possible?.() ?? true) ? found : null;
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
