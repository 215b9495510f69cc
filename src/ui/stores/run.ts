import { createStore } from "zustand/vanilla";
import type { Step } from "../../engine/oracle/request";
import type { CreditResult, RolloutBatch } from "../../engine/rollouts/batch";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import type { MadeOn } from "../../engine/spec/link";
import type { LinkCurve } from "../../engine/spec/linkCurve";
import type { ExecutorLabel, PlanCounts } from "../../engine/training/executor";
import type { FingerprintRecord } from "../../engine/training/runFile";
import type { CreditAnswer, ExactAnswer } from "../../workers/labApi";
import type { Backend, DeviceReport } from "../../workers/trainerApi";

export type RunPhase =
	| "idle"
	| "starting"
	| "compiling"
	| "warm-start"
	| "training"
	| "paused"
	| "done"
	| "cancelled"
	| "failed";

/** What is known about the run in the worker. Numbers that change with every step are in `telemetry`, not here. */
export interface Run {
	readonly phase: RunPhase;
	/** The settings that the run was started with; null before the first run. */
	readonly spec: ExperimentSpec | null;
	/** Progress of the present phase. */
	readonly done: number;
	readonly total: number;
	readonly note: string;
	readonly secondsLeft: number | null;
	readonly step: number;
	/** Smoothed, over the last seconds. NaN until two steps are in. */
	readonly stepsPerSecond: number;
	readonly tokensPerSecond: number;
	readonly success: number;
	readonly label: ExecutorLabel | null;
	readonly counts: PlanCounts | null;
	readonly parameters: number;
	/** What a person should know of the executor; empty when there is nothing. */
	readonly executorNote: string;
	readonly fingerprints: readonly { readonly step: number; readonly fingerprint: string }[];
	/** Step that the trainer could go on from; null before there is one worth keeping. */
	readonly checkpoint: number | null;
	readonly warmStart: { readonly step: number; readonly loss: number; readonly success: number | null } | null;
	readonly failure: { readonly code: string; readonly message: string; readonly resumable: boolean } | null;
	/** What trains: the graphics adapter, WebAssembly, or the float64 reference. */
	readonly backend: Backend;
	/** null while the adapter is being looked for. */
	readonly device: DeviceReport | null;
	/** Rollouts on screen, with the credit that the training method gave them. */
	readonly latest: Latest | null;
	/** What other methods say of the rollouts `of`. */
	readonly beside: { readonly of: Latest; readonly answers: readonly CreditAnswer[] } | null;
	/** What the rollouts `of` are really worth, by group id; null for a group that is being worked out. */
	readonly exact: { readonly of: Latest; readonly groups: ReadonlyMap<number, ExactAnswer | null> } | null;
	/** Progress of that work; null before its first report. */
	readonly exactStep: Step | null;
	/** What the link said that opened the page; null without one. */
	readonly opened: Opened | null;
	/** The file that the run was read from; null for one that the trainer knows of. */
	readonly file: RunOfFile | null;
	/** Newer rollouts that wait because somebody studies the ones on screen. */
	readonly waiting: Latest | null;
}

/** A run bundle on screen. */
export interface RunOfFile {
	readonly name: string;
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Step of its checkpoint, from which it can go on. */
	readonly checkpoint: number;
	/** Files that came with it and were not opened. */
	readonly leftOut: number;
	/** Whether the card that says so was closed. */
	readonly read: boolean;
}

/** A link of a newer version, and how much of it is on screen: by itself nothing, on the person's word what is understood of it. */
export interface NewerLink {
	readonly link: string;
	readonly shown: "nothing-yet" | "part" | "nothing";
}

/** What a link told the page. */
export interface Opened {
	/** Sentences for the person: what was changed, left out or could not be read. */
	readonly notices: readonly string[];
	readonly note: string;
	readonly fingerprints: readonly string[];
	/** What they were made on. */
	readonly madeOn?: MadeOn;
	/** Build that wrote it; empty when unknown. */
	readonly build?: string;
	/** The settings of the link, as this page took them; absent when it could not be read. */
	readonly spec?: ExperimentSpec;
	/** How the success of its run rose. */
	readonly curve?: LinkCurve;
	/** Nothing of the link could be taken: the page has its usual settings, or those it had before. */
	readonly refused?: "usual" | "kept";
	/** The link is of a newer version than this page. */
	readonly newer?: NewerLink;
	/** Whether the card with the note was closed. */
	readonly read?: boolean;
}

export interface Latest {
	readonly step: number;
	readonly batch: RolloutBatch;
	readonly credit: CreditResult;
	/** Settings of the run that sampled it: names of the tokens, grouping, method. */
	readonly spec: ExperimentSpec;
	/** The rollouts as they were sampled, where these were edited by hand. */
	readonly editedFrom?: Latest;
	/** Printable tokens of rollouts that came from a file; absent: the task of the run names them. */
	readonly names?: readonly string[];
	/** Where in a recording the policy is found that sampled it; absent for rollouts of a run or of a file. */
	readonly recorded?: {
		readonly preset: string;
		readonly frame: number;
		/** Of the recorded run, at some of its steps. */
		readonly fingerprints: readonly FingerprintRecord[];
	};
	/** What a method of ours gives rollouts whose file brought the credit. */
	readonly ours?: OurCredit;
}

/** Credit of a file, computed again. */
export interface OurCredit {
	/** Method and options, for people. */
	readonly name: string;
	readonly credit: CreditResult;
}

const FRESH = {
	phase: "idle",
	spec: null,
	done: 0,
	total: 0,
	note: "",
	secondsLeft: null,
	step: 0,
	stepsPerSecond: Number.NaN,
	tokensPerSecond: Number.NaN,
	success: Number.NaN,
	label: null,
	counts: null,
	parameters: 0,
	executorNote: "",
	fingerprints: [],
	checkpoint: null,
	warmStart: null,
	failure: null,
	file: null,
} as const satisfies Partial<Run>;

export const runStore = createStore<Run>(() => ({
	...FRESH,
	device: null,
	backend: "gpu",
	latest: null,
	beside: null,
	exact: null,
	exactStep: null,
	opened: null,
	waiting: null,
}));

/** A new run begins; what the last one left on screen stays until the first rollouts arrive. */
export function beginRun(spec: ExperimentSpec): void {
	runStore.setState({ ...FRESH, phase: "starting", spec, total: spec.steps });
}

export function setBackend(backend: Backend): void {
	runStore.setState({ backend });
}

export function setBeside(of: Latest, answers: readonly CreditAnswer[]): void {
	runStore.setState({ beside: { of, answers } });
}

/** What is known of a group's exact values: the answer, null while it is worked out, undefined for nothing. */
export function setExact(of: Latest, group: number, answer: ExactAnswer | null | undefined): void {
	runStore.setState(({ exact }) => {
		const groups = new Map(exact?.of === of ? exact.groups : []);
		if (answer === undefined) groups.delete(group);
		else groups.set(group, answer);
		return { exact: { of, groups }, exactStep: null };
	});
}

/** Whether exact values of the rollouts on screen are being worked out. */
export const isAskingExact = ({ exact, latest }: Run): boolean =>
	exact !== null && exact.of === latest && [...exact.groups.values()].includes(null);

export function setOpened(opened: Opened | null): void {
	runStore.setState({ opened });
}

/** What the link says has been read; its run is still what a run made from it is compared with. */
export function closeOpened(): void {
	runStore.setState(({ opened }) => ({ opened: opened && { ...opened, notices: [], read: true } }));
}

/** The card of a run bundle has been read; the run stays on screen. */
export function closeFileCard(): void {
	runStore.setState(({ file }) => ({ file: file && { ...file, read: true } }));
}

/** More sentences about the link that the page was opened from. */
export function addNotices(sentences: readonly string[]): void {
	if (sentences.length === 0) return;
	runStore.setState(({ opened }) => ({
		opened: opened && { ...opened, notices: [...opened.notices, ...sentences] },
	}));
}

/** Without an adapter that can train, or with one that is software itself, WebAssembly takes its place: the same processor, ten times as fast. */
export function setDevice(device: DeviceReport): void {
	const slow = !canUseGpu(device) || device.software;
	runStore.setState(({ backend }) => ({ device, backend: backend === "gpu" && slow ? "wasm" : backend }));
}

export const canUseGpu = (device: DeviceReport | null): boolean =>
	device?.status === "ok" && (device.backends?.includes("gpu") ?? true);

export function failRun(code: string, message: string, resumable: boolean): void {
	runStore.setState({ phase: "failed", failure: { code, message, resumable } });
}

/** Puts the rollouts that waited on screen. */
export function showWaiting(): void {
	runStore.setState((r) => (r.waiting ? { latest: r.waiting, waiting: null } : r));
}

export function dismissFailure(): void {
	runStore.setState({ failure: null, phase: "idle" });
}

const ACTIVE: ReadonlySet<RunPhase> = new Set(["starting", "compiling", "warm-start", "training"]);

/** The worker is busy with a run. */
export const isActive = (phase: RunPhase): boolean => ACTIVE.has(phase);

/** A run exists that can go on. */
export const isAlive = (phase: RunPhase): boolean => isActive(phase) || phase === "paused";
