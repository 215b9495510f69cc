import { visible, visibleLines, visibleName } from "../engine/core/writing";
import { describeFile } from "../engine/spec/linkFile";
import { otherBuild } from "./build";
import { isEmbedded } from "./embedded";
import type { WantedFile } from "./files/wantedFile";
import { isAlive, type NewerLink, type Opened, type Run } from "./stores/run";

/** What the person is told when something is not as it should be: what happened, what still works, what to do. */
export interface Notice {
	readonly id: string;
	readonly tone: "error" | "warning";
	readonly happened: string;
	/** What it happened with, as data, such as the first line of a file. */
	readonly data?: string;
	readonly works: string;
	readonly todo: string;
	readonly actions: readonly NoticeAction[];
	/** Words of a button that depend on the case. */
	readonly labels?: Readonly<Partial<Record<NoticeAction, string>>>;
}
export type NoticeAction =
	| "close-link"
	| "close-device"
	| "probe-again"
	| "run-on-cpu"
	| "lower-learning-rate"
	| "run-again"
	| "resume"
	| "smaller-batch"
	| "smaller-model"
	| "show-before"
	| "reload"
	| "show-readable"
	| "save-file"
	| "show-stored"
	| "go-on"
	| "close-file"
	| "close-problem"
	| "bring-file"
	| "without-file"
	| "close-keeping"
	| "take-newer"
	| "stay-here"
	| "dismiss";

const CPU_WORKS =
	"Training runs on the processor instead, in WebAssembly: slower, and with the same numbers on every machine.";

/** What else the notices speak of. */
export interface Circumstances {
	/** What the run would need, as in `3.1 GB`; empty where it is not known. */
	readonly needs?: string;
	/** Why the preset's recording could not be opened; empty if it could. */
	readonly recording?: string;
	/** The browser has no room for the run. */
	readonly full?: boolean;
	/** Step of the run's last checkpoint in the browser's storage; null where none is kept. */
	readonly kept?: number | null;
	/** There are checkpoints on the scrubber. */
	readonly frames?: boolean;
	/** A newer version of the page waits. */
	readonly newer?: boolean;
	/** The file that a link points into and that has to be brought. */
	readonly wanted?: WantedFile | null;
	/** Name of the files for which there is no room. */
	readonly unkept?: string;
}

/** The notices that follow from what is known of the adapter, the run, the link and the recording, most pressing first. */
export function noticesOf(
	run: Pick<Run, "device" | "failure" | "step" | "phase" | "opened"> & Partial<Pick<Run, "file" | "spec">>,
	{
		needs = "",
		recording = "",
		full = false,
		kept = null,
		frames = false,
		newer = false,
		wanted = null,
		unkept = "",
	}: Circumstances = {},
): Notice[] {
	return [
		...failureNotices(run, { needs, kept, frames }),
		...fileNotices(run),
		...(wanted?.missing ? [wantedNotice(wanted)] : []),
		...(full ? [FULL] : []),
		...(unkept ? [unkeptNotice(unkept)] : []),
		...linkNotices(run),
		...recordingNotices(recording),
		...deviceNotices(run),
		// A reload would end a run: the word waits until it is over.
		...(newer && !isAlive(run.phase) ? [NEWER] : []),
	];
}

const NEWER: Notice = {
	id: "newer",
	tone: "warning",
	happened: "A newer version of Ascribe is here.",
	works: "The one on screen goes on as it is; links and kept runs open in both.",
	todo: "Reload to use the newer one, now or whenever you open the page again.",
	actions: ["take-newer", "stay-here"],
};

const FULL: Notice = {
	id: "full",
	tone: "warning",
	happened: "This browser has no more room to keep the run.",
	works: "Training goes on. What was kept of earlier steps and of other runs is still there.",
	todo: "Delete runs that you do not need, or save this one as a file; the next checkpoint tries again.",
	actions: ["show-stored", "save-file"],
};

/** Names come from links and folders: they are data, and stand in plain sentences. */
function wantedNotice({ file, other }: WantedFile): Notice {
	// Inside another page nothing can be dropped.
	const drop = `${isEmbedded ? "Open" : "Drop"} ${describeFile(file)} to continue.`;
	return {
		id: "wanted",
		tone: "warning",
		happened: other ? `What was opened is ${describeFile(other)}, another file than the link means. ${drop}` : drop,
		works: "The link points at a place in this file and holds nothing of it: whoever sent the link has the file.",
		todo: `${isEmbedded ? "Choose it here." : "Drop it anywhere on the page, or choose it here."} It is read on this machine and uploaded nowhere.`,
		actions: ["bring-file", "without-file"],
	};
}

const unkeptNotice = (title: string): Notice => ({
	id: "unkept",
	tone: "warning",
	happened: `This browser has no more room to keep ${title}.`,
	works:
		"It is read and on screen, and every run that was kept is still there. Files opened longest ago may have made room.",
	todo: "Delete what you do not need, or open the file again after the page was closed.",
	actions: ["show-stored", "close-keeping"],
});

function fileNotices({ file, spec, step }: Pick<Run, "step"> & Partial<Pick<Run, "file" | "spec">>): Notice[] {
	if (!file || !spec || file.read) return [];
	const over = file.checkpoint >= spec.steps;
	return [
		{
			id: "file",
			tone: "warning",
			happened: `${visibleName(file.name)} is open: a run at step ${step} of ${spec.steps}.`,
			works: `Its settings, curves, fingerprints and latest rollouts are on screen, as they stand in the file.${leftOutText(file.leftOut)}`,
			todo: over
				? "It is over; Run starts another with the same settings."
				: `Go on trains from its checkpoint at step ${file.checkpoint}, with the numbers of a run that never stopped.`,
			actions: over ? ["close-file"] : ["go-on", "close-file"],
		},
	];
}

function leftOutText(files: number): string {
	if (files === 0) return "";
	const [what, them] =
		files === 1 ? ["The other file that came", "it"] : [`The ${files} other files that came`, "them"];
	return ` ${what} with it ${files === 1 ? "was" : "were"} left out: open ${them} without the run to see rollouts.`;
}

function recordingNotices(problem: string): Notice[] {
	if (problem === "") return [];
	return [
		{
			id: "recording",
			tone: "warning",
			happened: `The recorded run could not be opened: ${problem}`,
			works: "Training on this machine does not need it.",
			todo: "Press Run, or reload the page to try the recording again.",
			actions: ["reload"],
		},
	];
}

/** What is on screen where nothing of a link could be taken. */
const REFUSED = {
	usual: "The usual settings are on screen; nothing of the link was taken.",
	kept: "The settings on screen stay as they were; nothing of the link was taken.",
} as const;

function linkNotices({ opened }: Pick<Run, "opened">): Notice[] {
	if (!opened) return [];
	if (opened.newer) return opened.read ? [] : [newerLinkNotice(opened, opened.newer)];
	if (opened.notices.length === 0 && (opened.note === "" || opened.read)) return [];
	const happened = opened.notices.length > 0 ? opened.notices.join(" ") : "This link carries a note.";
	const note = noteText(opened.note);
	const works = opened.refused
		? [REFUSED[opened.refused], note].filter(Boolean).join(" ")
		: note || "All other settings of the link were taken.";
	const todo = [otherBuild(opened.build), "Look at the settings, then press Run: a link starts nothing by itself."];
	return [
		{ id: "link", tone: "warning", happened, works, todo: todo.filter(Boolean).join(" "), actions: ["close-link"] },
	];
}

const noteText = (note: string) => (note ? `Note: ${visible(note.replace(/\s+/g, " "))}` : "");

/** The link in the address stays until the card is closed. */
function newerLinkNotice({ notices, note }: Opened, { shown }: NewerLink): Notice {
	const base = { id: "link", tone: "warning" } as const;
	const happened = "This link was made with a newer version of the workbench.";
	const todo = "Reload the page to get the newer version; if it says the same again, the site has yet to be updated.";
	switch (shown) {
		case "nothing-yet":
			return {
				...base,
				happened,
				works: "What is on screen are the usual settings, not those of the link.",
				todo,
				actions: ["reload", "show-readable", "close-link"],
			};
		case "part":
			return {
				...base,
				happened: [happened, "On screen is what this one can read of it.", ...notices].join(" "),
				works: [noteText(note), "The address keeps the link until this is closed."].filter(Boolean).join(" "),
				todo,
				actions: ["reload", "close-link"],
			};
		case "nothing":
			return {
				...base,
				happened: [happened, "This one can show nothing of it.", ...notices].join(" "),
				works: "What was on screen stays, and the address keeps the link until this is closed.",
				todo,
				actions: ["reload", "close-link"],
			};
	}
}

function deviceNotices({ device }: Pick<Run, "device">): Notice[] {
	const base = { id: "device", tone: "warning" } as const;
	switch (device?.status) {
		case "no-webgpu":
			return [
				{
					...base,
					happened: "This browser has no WebGPU.",
					works: CPU_WORKS,
					todo: device.advice || "Open the page in a current Chrome or Edge, over https or on localhost.",
					actions: ["probe-again", "close-device"],
				},
			];
		case "no-adapter":
			return [
				{
					...base,
					happened: "WebGPU is here, but no graphics card answered.",
					works: CPU_WORKS,
					todo: device.advice || "Check chrome://gpu; on Linux and remote desktops WebGPU may have to be switched on.",
					actions: ["probe-again", "close-device"],
				},
			];
		case "limits-too-small":
			return [
				{
					...base,
					happened: "The graphics card offers too little for this experiment.",
					works: CPU_WORKS,
					todo: device.advice || "Choose a smaller policy or fewer rollouts a step.",
					actions: ["probe-again", "close-device"],
				},
			];
		default:
			return [];
	}
}

/**
 * Files that could not be read, in the worker's sentence: what stands on a line of its own is theirs.
 * @param open the files themselves are open; a part of them could not be shown.
 */
export function filesNotice(problem: string, open = false): Notice {
	const [happened = "", ...data] = visibleLines(problem).split("\n");
	return {
		id: "files",
		tone: "error",
		happened,
		...(data.length > 0 ? { data: data.join(" ") } : {}),
		...(open ? PART : NOT_OPENED),
		actions: ["close-problem"],
	};
}

const PART = {
	works: "The files stay open: their table, their other groups and Credit Lint are there as before.",
	todo: "Go to another group, or open other files.",
};
const NOT_OPENED = {
	works: "What is on screen stays as it is, and nothing was uploaded or started.",
	todo: "Open other files, or write these as rollouts JSONL: one object a line with at least id, tokens and reward.",
};

/** What a notice about a failed run depends on. */
interface Failing {
	readonly message: string;
	/** Last training step that was finished. */
	readonly step: number;
	readonly resumable: boolean;
	/** Step of the checkpoint in the browser's storage; null where none is kept. */
	readonly checkpoint: number | null;
	readonly frames: boolean;
	readonly needs: string;
}

const KEPT = "Curves and rollouts up to here stay on screen.";
const NO_DEVICE = {
	works: CPU_WORKS,
	todo: "Reload the page, or restart the browser if it happens again.",
	actions: ["run-on-cpu", "probe-again", "dismiss"],
} as const;
const AGAIN = { works: KEPT, todo: "Start the run again.", actions: ["run-again", "dismiss"] } as const;

/** What still works and what to do, by the code of the failure. */
const FAILURES: Readonly<
	Record<string, (failing: Failing) => Omit<Notice, "id" | "tone" | "happened"> & Partial<Notice>>
> = {
	"device-lost": ({ step, resumable, checkpoint }) => ({
		works: `${KEPT} Step ${step} was the last to finish.`,
		todo: `${resumable ? "Resume" : "Start the run again"}. If it happens twice, close other pages that use the graphics card, or choose a smaller policy.`,
		actions: [...(resumable ? (["resume"] as const) : []), "run-again", "probe-again", "dismiss"],
		labels: { resume: checkpoint === null ? "Resume from the last checkpoint" : `Resume from step ${checkpoint}` },
	}),
	"not-finite": ({ frames }) => ({
		works: KEPT,
		todo: "A lower learning rate or a smaller gradient clip usually keeps the numbers finite.",
		actions: [...(frames ? (["show-before"] as const) : []), "lower-learning-rate", "dismiss"],
	}),
	"out-of-memory": ({ message, needs }) => ({
		happened: needs ? `${message} A step needs about ${needs}.` : message,
		works: "Nothing was trained; what was on screen stays.",
		todo: "Fewer prompts a step halve the activations; a narrower policy needs less of everything.",
		actions: ["smaller-batch", "smaller-model", "dismiss"],
	}),
	"no-device": () => NO_DEVICE,
	"gpu-error": () => NO_DEVICE,
	"warm-start": () => ({
		works: KEPT,
		todo: "Ask for a lower success rate before reinforcement, allow more supervised steps, or choose an easier task.",
		actions: ["dismiss"],
	}),
	"invalid-input": () => ({
		works: "Nothing was started.",
		todo: "Change the setting that is named.",
		actions: ["dismiss"],
	}),
	shader: () => ({
		works: CPU_WORKS,
		todo: "This is a fault in Ascribe or in the driver. Update the browser; if it stays, report the text above.",
		actions: ["run-on-cpu", "dismiss"],
	}),
};

function failureNotices(
	{ failure, step }: Pick<Run, "failure" | "step">,
	{ needs, kept: checkpoint, frames }: Required<Pick<Circumstances, "needs" | "kept" | "frames">>,
): Notice[] {
	if (!failure) return [];
	const { code, message } = failure;
	const resumable = failure.resumable || checkpoint !== null;
	const advice = FAILURES[code]?.({ message, step, resumable, checkpoint, frames, needs }) ?? AGAIN;
	return [{ id: "failure", tone: "error", happened: message, ...advice }];
}
