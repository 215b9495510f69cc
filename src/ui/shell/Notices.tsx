import type { JSX } from "react";
import { useStore } from "zustand";
import { type Notice, type NoticeAction, noticesOf } from "../notices";
import { probeAgain, startRun } from "../session";
import { changeField, draftStore } from "../stores/draft";
import { dismissFailure, runStore, setBackend, setOpened } from "../stores/run";

const ACTIONS: Readonly<Record<NoticeAction, { readonly label: string; readonly act: () => void }>> = {
	"close-link": { label: "Understood", act: () => setOpened(null) },
	"probe-again": { label: "Look again", act: () => void probeAgain() },
	"run-on-cpu": { label: "Run on the processor", act: runOnProcessor },
	"lower-learning-rate": { label: "Halve the learning rate and run again", act: lowerLearningRate },
	"run-again": { label: "Run again", act: () => void startRun() },
	dismiss: { label: "Dismiss", act: dismissFailure },
};

function runOnProcessor(): void {
	setBackend("wasm");
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
	const { step, phase } = runStore.getState();
	const notices = noticesOf({ device, failure, opened, step, phase });
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
		<div className="notice" role="alert" data-tone={notice.tone}>
			<p className="happened">{notice.happened}</p>
			<p>{notice.works}</p>
			<p>{notice.todo}</p>
			<p className="actions">
				{notice.actions.map((action) => (
					<button key={action} type="button" onClick={ACTIONS[action].act}>
						{ACTIONS[action].label}
					</button>
				))}
			</p>
		</div>
	);
}
