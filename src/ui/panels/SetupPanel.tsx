import { type JSX, useMemo } from "react";
import { useStore } from "zustand";
import { PRESETS } from "../../engine/spec/presets";
import type { StepCost } from "../../engine/training/cost";
import { ParamField } from "../controls/ParamField";
import { RewardChain } from "../controls/RewardChain";
import { RewardField } from "../controls/RewardField";
import { SignalOrigins } from "../controls/SignalOrigins";
import { bytesText, compact, duration } from "../format";
import { changedPaths, costOf, costOfDoubling, pathOf, type Section, sectionsOf, valueAt } from "../setup";
import { changeField, draftStore, rejectField } from "../stores/draft";
import { chooseEntry } from "../stores/rewardChain";
import { signalOrigins } from "../stores/signalOrigins";
import { useSpeed } from "./RunCost";

/** The settings of the next run, generated from the parameter tables. */
export default function SetupPanel(): JSX.Element {
	const { spec, presetId } = useStore(draftStore);
	const changed = useMemo(() => new Set(changedPaths(presetId, spec)), [presetId, spec]);
	const cost = useMemo(() => costOf(spec), [spec]);
	return (
		<form className="setup" onSubmit={(e) => e.preventDefault()} aria-label="Settings of the next run">
			{sectionsOf(spec).map((section) => (
				<SectionFields key={section.id} section={section} changed={changed} />
			))}
			<CostLine cost={cost} steps={spec.steps} />
		</form>
	);
}

interface CostProps {
	readonly cost: StepCost | null;
	readonly steps: number;
}

/** Memory and work of a step, and the time on this machine once a run has shown its speed. */
function CostLine({ cost, steps }: CostProps): JSX.Element {
	const speed = useSpeed();
	if (!cost) return <p className="setup-foot">The sizes of the policy do not fit together.</p>;
	const time = speed
		? ` About ${duration((cost.flops / speed) * steps)} for all steps at the speed of the last run on this executor.`
		: "";
	return (
		<p className="setup-foot" title="Estimated from shapes: parameters, moments, activations, keys and values">
			{compact(cost.parameters)} parameters, about {bytesText(cost.bytes)}, {compact(cost.flops / 1e6)} MFLOP a step.
			{time}
		</p>
	);
}

function SectionFields({ section, changed }: { section: Section; changed: ReadonlySet<string> }): JSX.Element {
	const names = Object.keys(section.table);
	const touched = names.filter((name) => changed.has(pathOf(section, name))).length;
	return (
		<details className="section" open={section.open}>
			<summary>
				<span>{section.title}</span>
				{touched > 0 ? <span className="count">{touched} changed</span> : null}
			</summary>
			{section.choice ? <RegisteredChoice section={section} /> : null}
			{section.about ? <p className="about">{section.about}</p> : null}
			{section.id === "method" ? <MethodOrigins /> : null}
			{names.map((name) => (
				<Field key={pathOf(section, name)} section={section} name={name} changed={changed} />
			))}
			{section.id === "task" ? <RewardField /> : null}
			{section.id === "method" ? <RewardChain changed={changed} /> : null}
		</details>
	);
}

function MethodOrigins(): JSX.Element | null {
	const origins = useStore(draftStore, (d) => signalOrigins(d.spec));
	return origins && <SignalOrigins origins={origins.method} />;
}

function RegisteredChoice({ section }: { section: Section }): JSX.Element | null {
	const { choice } = section;
	if (!choice) return null;
	return (
		<select
			className="choice"
			aria-label={section.title}
			value={choice.chosen}
			onChange={(e) => chooseEntry(choice.path, e.target.value)}
		>
			{choice.entries.map((entry) => (
				<option key={entry.id} value={entry.id}>
					{entry.title}
				</option>
			))}
		</select>
	);
}

interface FieldProps {
	readonly section: Section;
	readonly name: string;
	readonly changed: ReadonlySet<string>;
}

function Field({ section, name, changed }: FieldProps): JSX.Element | null {
	const path = pathOf(section, name);
	const param = section.table[name];
	const spec = useStore(draftStore, (d) => d.spec);
	const rejected = useStore(draftStore, (d) => d.rejected[path]);
	const presetId = useStore(draftStore, (d) => d.presetId);
	if (!param) return null;
	const usual = () => {
		const preset = PRESETS.find((p) => p.id === presetId);
		return preset && !changed.has(section.id) ? valueAt(preset.spec, path, param) : param.default;
	};
	return (
		<ParamField
			param={param}
			cost={() => costOfDoubling(spec, path, param)}
			value={valueAt(spec, path, param)}
			changed={changed.has(path) || rejected !== undefined}
			rejected={rejected}
			onChange={(value) => changeField(path, value)}
			onReject={(text, sentence) => rejectField(path, text, sentence)}
			onReset={() => changeField(path, usual())}
		/>
	);
}
