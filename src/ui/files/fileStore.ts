import { createStore } from "zustand/vanilla";
import type { Finding, OursChoice } from "../../engine/lint/check";
import type { ToyTwin } from "../../engine/twin/toyTwin";
import type { FilesProgress, FilesReport, FilesTable, OpenFile } from "../../workers/filesApi";
import type { FileSteps } from "./fileSteps";

/** The rollout files that a person brought. */
export interface FileState {
	readonly phase: "none" | "reading" | "open";
	/** Name of the file, or of the first and how many more. */
	readonly title: string;
	readonly progress: FilesProgress | null;
	readonly report: FilesReport | null;
	readonly table: FilesTable | null;
	/** Their hashes, which links need; null while they are computed, and for the sample that comes with the page. */
	readonly identities: readonly OpenFile[] | null;
	/** Their training steps, over which the scrubber moves; null until all is read. */
	readonly steps: FileSteps | null;
	/** Null while Credit Lint looks for them. */
	readonly findings: readonly Finding[] | null;
	/** What their credit was computed again with; null where they bring none, or nothing comes near. */
	readonly ours: OursChoice | null;
	/** The preset most like them; null while it is looked for. */
	readonly twin: ToyTwin | null;
	/** Group of the files that was on screen last; null before the first. */
	readonly group: number | null;
	/** Group that was asked for and is on its way; null when there is none. */
	readonly asked: number | null;
	/** Training step of the group on screen; null where the files do not say. */
	readonly step: number | null;
	/** Rows of the table that are on screen, one a rollout of the batch. */
	readonly rows: readonly number[];
	/** Finding whose rollouts the table is narrowed to, and the steps, both included. */
	readonly finding: Finding | null;
	readonly range: readonly [from: number, to: number] | null;
	/** What went wrong, in one sentence. */
	readonly problem: string;
}

const NONE: FileState = {
	phase: "none",
	title: "",
	progress: null,
	report: null,
	table: null,
	identities: null,
	steps: null,
	findings: null,
	ours: null,
	twin: null,
	group: null,
	asked: null,
	step: null,
	rows: [],
	finding: null,
	range: null,
	problem: "",
};

export const fileStore = createStore<FileState>(() => NONE);

export function resetFiles(change: Partial<FileState>): void {
	fileStore.setState({ ...NONE, ...change });
}

/** The group that was asked for last, from which the next one counts: one that is on its way, or that on screen. */
export const groupAtHand = ({ asked, group }: Pick<FileState, "asked" | "group">): number => asked ?? group ?? 0;
