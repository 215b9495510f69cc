import type { JSX } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { filesOfInput } from "../files/droppedFiles";
import { fileStore } from "../files/fileStore";
import { openAny } from "../files/openAny";
import { forgetWanted, wantedFileStore } from "../files/wantedFile";
import { bytesText } from "../format";
import { type Notice, type NoticeAction, noticesOf } from "../notices";
import { offlineStore, stayHere, takeNewer } from "../offline/serviceWorker";
import { openNewerLink } from "../openLink";
import { showStep } from "../recording/player";
import { remember, remembered } from "../remembered";
import { exportRun, probeAgain, startRun } from "../session";
import { costOf } from "../setup";
import { importsStore } from "../storage/keepImports";
import { keptStep, resumeFailed, storedStore } from "../storage/keepRuns";
import { goOnFromFile } from "../storage/openRun";
import { changeField, draftStore } from "../stores/draft";
import { bringToFront } from "../stores/front";
import { setLayout } from "../stores/layout";
import { closeFileCard, closeOpened, dismissFailure, runStore, setBackend, setOpened } from "../stores/run";
import { timelineStore } from "../stores/timeline";

const ACTIONS: Readonly<Record<NoticeAction, { readonly label: string; readonly act: () => void }>> = {
	"close-link": { label: "Understood", act: closeOpened },
	"close-device": { label: "Understood", act: closeDevice },
	"probe-again": { label: "Look again", act: () => void probeAgain() },
	"run-on-cpu": { label: "Run on the processor", act: runOnProcessor },
	"lower-learning-rate": { label: "Halve the learning rate and run again", act: lowerLearningRate },
	"run-again": { label: "Run again", act: () => void startRun() },
	resume: { label: "Resume", act: () => void resumeFailed() },
	"smaller-batch": { label: "Half the prompts a step", act: () => shrink("rollout.prompts") },
	"smaller-model": { label: "Half the width", act: () => shrink("model.width") },
	"show-before": { label: "Show the last good checkpoint", act: () => showStep(runStore.getState().step - 1) },
	reload: { label: "Reload the page", act: () => location.reload() },
	"show-readable": { label: "Show what can be read", act: showReadable },
	"save-file": { label: "Save the run as a file", act: () => void exportRun() },
	"show-stored": { label: "Show what is kept", act: showStored },
	"go-on": { label: "Go on", act: () => void goOnFromFile() },
	"close-file": { label: "Understood", act: closeFileCard },
	"close-problem": { label: "Understood", act: () => fileStore.setState({ problem: "" }) },
	"bring-file": { label: "Choose the file", act: bringFile },
	"without-file": { label: "Go on without it", act: forgetWanted },
	"close-keeping": { label: "Understood", act: closeKeeping },
	"take-newer": { label: "Reload", act: takeNewer },
	"stay-here": { label: "Not now", act: stayHere },
	dismiss: { label: "Dismiss", act: dismissFailure },
};

const TOLD = "ascribe.device-told/1";

/** A notice about the adapter that was closed is not shown again on this machine; the chip in the top bar still says it. */
const toldStore = createStore<{ readonly status: string | null }>(() => ({ status: remembered(TOLD) }));

function closeDevice(): void {
	const status = runStore.getState().device?.status ?? null;
	toldStore.setState({ status });
	remember(TOLD, status ?? "");
}

function showReadable(): void {
	const newer = runStore.getState().opened?.newer;
	if (newer) setOpened(openNewerLink(newer.link));
}

/** The browser's dialog for files. */
function bringFile(): void {
	const input = document.createElement("input");
	input.type = "file";
	input.multiple = true;
	input.addEventListener("change", () => void openAny(filesOfInput(input)));
	input.click();
}

function closeKeeping(): void {
	importsStore.setState({ problem: "" });
}

function showStored(): void {
	setLayout("inspect");
	bringToFront("data");
}

function runOnProcessor(): void {
	setBackend("wasm");
	void startRun();
}

/** Halves a size, to a multiple of what it must divide by, and runs again. */
function shrink(path: "rollout.prompts" | "model.width"): void {
	const { spec } = draftStore.getState();
	const [value, unit] =
		path === "model.width" ? [spec.model.width, spec.model.heads] : [spec.rollout.prompts, spec.minibatches];
	changeField(path, Math.max(unit, Math.floor(value / 2 / unit) * unit));
	void startRun();
}

function lowerLearningRate(): void {
	const { learningRate } = draftStore.getState().spec.optimizer;
	changeField("optimizer.learningRate", learningRate / 2);
	void startRun();
}

/** Cards for everything that went wrong, over the credit panel. */
export function Notices(): JSX.Element | null {
	const device = useStore(runStore, (r) => r.device);
	const failure = useStore(runStore, (r) => r.failure);
	const opened = useStore(runStore, (r) => r.opened);
	const recording = useStore(timelineStore, (t) => t.problem);
	const full = useStore(storedStore, (s) => s.problem === "full");
	const kept = useStore(storedStore, keptStep);
	const frames = useStore(timelineStore, (t) => t.frames.length > 0);
	const newer = useStore(offlineStore, (o) => o.newer !== null);
	const wanted = useStore(wantedFileStore, (w) => w.wanted);
	const roomless = useStore(importsStore, (i) => i.problem === "full");
	const unkept = useStore(fileStore, (f) => (roomless ? f.title : ""));
	const phase = useStore(runStore, (r) => r.phase);
	const file = useStore(runStore, (r) => r.file);
	const { step, spec } = runStore.getState();
	const cost = failure?.code === "out-of-memory" && spec ? costOf(spec) : null;
	const needs = cost ? bytesText(cost.bytes) : "";
	const told = useStore(toldStore, (t) => t.status);
	const untold = device?.status === told ? null : device;
	const notices = noticesOf(
		{ device: untold, failure, opened, step, phase, file, spec },
		{ needs, recording, full, kept, frames, newer, wanted, unkept },
	);
	if (notices.length === 0) return null;
	return (
		<div className="notices">
			{notices.map((notice) => (
				<NoticeCard key={notice.id} notice={notice} />
			))}
		</div>
	);
}

export function NoticeCard({ notice }: { readonly notice: Notice }): JSX.Element {
	return (
		<div className="notice" role="alert" data-tone={notice.tone} data-notice={notice.id}>
			<div className="notice-text">
				<p className="happened">{notice.happened}</p>
				{notice.data ? <pre className="notice-data">{notice.data}</pre> : null}
				<p>{notice.works}</p>
				<p>{notice.todo}</p>
			</div>
			<p className="actions">
				{notice.actions.map((action) => (
					<button key={action} type="button" onClick={ACTIONS[action].act}>
						{notice.labels?.[action] ?? ACTIONS[action].label}
					</button>
				))}
			</p>
		</div>
	);
}
