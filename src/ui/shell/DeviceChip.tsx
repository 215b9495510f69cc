import type { JSX } from "react";
import { useStore } from "zustand";
import type { DeviceReport } from "../../workers/trainerApi";
import { probeAgain } from "../session";
import { runStore } from "../stores/run";
import { Chip } from "./Chip";

/** Which graphics adapter trains, and why there is none if there is none. */
export function DeviceChip(): JSX.Element {
	const device = useStore(runStore, (r) => r.device);
	const label = useStore(runStore, (r) => r.label);
	const counts = useStore(runStore, (r) => r.counts);
	const { tone, text, short, meaning } = stateOf(device);
	return (
		<Chip
			tone={tone}
			label={
				<>
					<span className="device-name">{text}</span>
					<span className="device-short">{short}</span>
				</>
			}
			title="Which adapter trains, and why"
		>
			<h3>{text}</h3>
			<p>{meaning}</p>
			{device?.advice ? <p>{device.advice}</p> : null}
			{label ? (
				<dl className="facts">
					<div>
						<dt>This run used</dt>
						<dd>{label.adapter}</dd>
					</div>
					<div>
						<dt>Plan</dt>
						<dd className="tabular">{label.plan}</dd>
					</div>
					{counts ? (
						<div>
							<dt>Submits per step</dt>
							<dd className="tabular">
								{counts.rolloutSubmits} rollout, {counts.trainSubmits} training
							</dd>
						</div>
					) : null}
				</dl>
			) : null}
			<button type="button" onClick={() => void probeAgain()}>
				Look again
			</button>
		</Chip>
	);
}

interface DeviceState {
	readonly tone: "good" | "neutral" | "warning" | "bad";
	readonly text: string;
	/** For narrow windows. */
	readonly short: string;
	readonly meaning: string;
}

function stateOf(device: DeviceReport | null): DeviceState {
	if (device === null)
		return { tone: "neutral", text: "Looking for a GPU", short: "GPU …", meaning: "The adapter is being asked." };
	switch (device.status) {
		case "ok":
			return device.software
				? {
						tone: "warning",
						text: `Software GPU: ${device.adapter}`,
						short: "Software",
						meaning: "No graphics card answered, so the processor emulates one. Everything works, many times slower.",
					}
				: {
						tone: "good",
						text: `GPU: ${device.adapter}`,
						short: "GPU",
						meaning: "Training runs on this adapter, in a worker.",
					};
		case "no-webgpu":
			return {
				tone: "bad",
				text: "No WebGPU",
				short: "No WebGPU",
				meaning: "This browser does not offer WebGPU to this page.",
			};
		case "no-adapter":
			return { tone: "bad", text: "No GPU", short: "No GPU", meaning: "WebGPU is here, but no adapter answered." };
		case "limits-too-small":
			return {
				tone: "bad",
				text: "GPU too small",
				short: "Too small",
				meaning: `${device.adapter} offers less than training needs.`,
			};
	}
}
