import type { JSX } from "react";
import { useStore } from "zustand";
import { PRESETS } from "../../engine/spec/presets";
import { LAYOUTS } from "../layouts";
import { changedPaths } from "../setup";
import { changeField, choosePreset, draftStore } from "../stores/draft";
import { type LayoutName, layoutStore, setLayout, setTheme, type Theme } from "../stores/layout";
import { DeviceChip } from "./DeviceChip";
import { FingerprintChip } from "./FingerprintChip";
import { RunBar } from "./RunBar";
import { ShareButton } from "./ShareButton";

/** Name, preset, seed, the run's buttons and progress, adapter, fingerprint, layout and theme. */
export function TopBar(): JSX.Element {
	return (
		<header className="top-bar">
			<h1 title="Which token earned the reward?">Ascribe</h1>
			<PresetChoice />
			<SeedField />
			<RunBar />
			<span className="spacer" />
			<FingerprintChip />
			<DeviceChip />
			<ShareButton />
			<ViewChoice />
		</header>
	);
}

function PresetChoice(): JSX.Element {
	const { presetId, spec } = useStore(draftStore);
	const changed = changedPaths(presetId, spec).filter((path) => path !== "seed").length;
	const choose = (id: string) => {
		const preset = PRESETS.find((p) => p.id === id);
		if (preset) choosePreset(preset.id, preset.spec);
	};
	return (
		<span className="preset">
			<select
				aria-label="Preset"
				title={PRESETS.find((p) => p.id === presetId)?.summary}
				value={presetId}
				onChange={(e) => choose(e.target.value)}
			>
				{PRESETS.map((preset) => (
					<option key={preset.id} value={preset.id}>
						{preset.title}
					</option>
				))}
			</select>
			{changed > 0 ? (
				<button
					type="button"
					className="quiet changed"
					title="Back to the preset's values"
					onClick={() => choose(presetId)}
				>
					{changed} <span className="changed-word">changed</span> <span aria-hidden="true">↺</span>
					<span className="visually-hidden">, reset</span>
				</button>
			) : null}
		</span>
	);
}

function SeedField(): JSX.Element {
	const seed = useStore(draftStore, (d) => d.spec.seed);
	const set = (text: string) => {
		const value = Number(text);
		if (text.trim() !== "" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff) changeField("seed", value);
	};
	return (
		<label className="seed" title="Everything random follows from the seed">
			<span className="seed-name">Seed</span>
			<input aria-label="Seed" inputMode="numeric" value={seed} onChange={(e) => set(e.target.value)} />
		</label>
	);
}

const THEMES: readonly Theme[] = ["system", "light", "dark"];

function ViewChoice(): JSX.Element {
	const { layout, theme } = useStore(layoutStore);
	return (
		<span className="view">
			<select
				aria-label="Layout"
				title={LAYOUTS[layout].help}
				value={layout}
				onChange={(e) => setLayout(e.target.value as LayoutName)}
			>
				{Object.entries(LAYOUTS).map(([id, { title }]) => (
					<option key={id} value={id}>
						{title}
					</option>
				))}
			</select>
			<button
				type="button"
				className="quiet icon"
				title={`Theme: ${theme}`}
				onClick={() => setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] as Theme)}
			>
				<span className="visually-hidden">Theme: {theme}</span>
				<span aria-hidden="true">{{ system: "◐", light: "○", dark: "●" }[theme]}</span>
			</button>
		</span>
	);
}
