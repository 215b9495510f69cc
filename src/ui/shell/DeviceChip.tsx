import type { JSX } from "react";
import { useStore } from "zustand";
import type { Backend, DeviceReport } from "../../workers/trainerApi";
import { probeAgain } from "../session";
import { canUseGpu, runStore, setBackend } from "../stores/run";
import { Chip } from "./Chip";

/** Which graphics adapter trains, and why there is none if there is none. */
export function DeviceChip(): JSX.Element {
	const device = useStore(runStore, (r) => r.device);
	const label = useStore(runStore, (r) => r.label);
	const counts = useStore(runStore, (r) => r.counts);
	const executorNote = useStore(runStore, (r) => r.executorNote);
	const backend = useStore(runStore, (r) => r.backend);
	const { tone, text, short, meaning } = backend === "gpu" ? stateOf(device) : CHOSEN[backend];
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
					{executorNote ? (
						<div>
							<dt>Note</dt>
							<dd>{executorNote}</dd>
						</div>
					) : null}
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
			<BackendChoice />
			<button type="button" onClick={() => void probeAgain()}>
				Look again
			</button>
		</Chip>
	);
}

const BACKENDS: readonly { readonly id: Backend; readonly name: string; readonly help: string }[] = [
	{ id: "gpu", name: "Graphics adapter", help: "fast; bits may differ between adapters" },
	{ id: "wasm", name: "WebAssembly", help: "exact mode: the same bits in every browser on every machine" },
	{ id: "auto", name: "The faster of both", help: "times a few steps of each first, and says what it found" },
	{ id: "cpu", name: "Float64 reference", help: "the definition of both, slow" },
];

const ON_ADAPTER: readonly Backend[] = ["gpu", "auto"];

/** What the next run trains on. */
function BackendChoice(): JSX.Element {
	const backend = useStore(runStore, (r) => r.backend);
	const possible = useStore(runStore, (r) => canUseGpu(r.device));
	return (
		<fieldset className="backends">
			<legend>The next run trains on</legend>
			{BACKENDS.map(({ id, name, help }) => (
				<label key={id} className="row-choice">
					<input
						type="radio"
						name="backend"
						// Before the adapter is known nothing of it is chosen: a software one gives way to WebAssembly.
						checked={backend === id && (possible || !ON_ADAPTER.includes(id))}
						disabled={!possible && ON_ADAPTER.includes(id)}
						onChange={() => setBackend(id)}
					/>
					<span>
						{name} <span className="muted">{help}</span>
					</span>
				</label>
			))}
		</fieldset>
	);
}

const CHOSEN: Readonly<Record<"wasm" | "cpu" | "auto", DeviceState>> = {
	auto: {
		tone: "neutral",
		text: "The faster backend",
		short: "Auto",
		meaning: "A few steps on the graphics adapter and in WebAssembly are timed first; the faster of the two trains.",
	},
	wasm: {
		tone: "neutral",
		text: "WebAssembly",
		short: "Wasm",
		meaning: "Training runs on the processor, in a worker. The same settings give the same bits on every machine.",
	},
	cpu: {
		tone: "neutral",
		text: "Float64 reference",
		short: "Float64",
		meaning: "Training runs on the processor in plain float64: the definition of all executors, and slow.",
	},
};

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
