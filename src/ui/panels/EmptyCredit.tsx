import type { JSX } from "react";
import { useStore } from "zustand";
import { findEntry, METHODS, TASKS } from "../registries";
import { startRun } from "../session";
import { draftStore } from "../stores/draft";
import { blockedBy } from "../stores/rewardChain";
import { isActive, runStore } from "../stores/run";
import { RunCost } from "./RunCost";

/** Before the first rollouts: what the page is about, and what to press. */
export function EmptyCredit(): JSX.Element {
	const phase = useStore(runStore, (r) => r.phase);
	const spec = useStore(draftStore, (d) => d.spec);
	const task = findEntry(TASKS, spec.task.id);
	const method = findEntry(METHODS, spec.method.id);
	const blocked = useStore(draftStore, blockedBy);
	const waiting = isActive(phase);
	return (
		<div className="empty">
			<h2>Which token earned the reward?</h2>
			<p>
				{task?.summary} The policy learns it by reinforcement, with the credit that {method?.title ?? spec.method.id}{" "}
				gives to each token.
			</p>
			{waiting ? (
				<p className="muted">The first rollouts appear here after the first training step.</p>
			) : (
				<>
					<p className="start">
						<button
							type="button"
							className="primary"
							disabled={blocked !== ""}
							title={blocked || undefined}
							onClick={() => void startRun()}
						>
							Run {task?.title ?? spec.task.id}
						</button>
						<RunCost />
					</p>
					<p className="muted">
						It trains on this machine; nothing is uploaded. You will see the policy's own texts here, with a coloured
						cell under every token: blue was paid, orange was blamed. Point at a token for its numbers.
					</p>
				</>
			)}
		</div>
	);
}
