import { type JSX, useMemo } from "react";
import { useStore } from "zustand";
import { PRESETS } from "../../engine/spec/presets";
import { ParamField } from "../controls/ParamField";
import { compact } from "../format";
import { changedPaths, parameterCount, pathOf, type Section, sectionsOf, valueAt } from "../setup";
import { changeField, draftStore, rejectField } from "../stores/draft";

/** The settings of the next run, generated from the parameter tables. */
export default function SetupPanel(): JSX.Element {
	const { spec, presetId } = useStore(draftStore);
	const changed = useMemo(() => new Set(changedPaths(presetId, spec)), [presetId, spec]);
	const parameters = useMemo(() => parameterCount(spec), [spec]);
	return (
		<form className="setup" onSubmit={(e) => e.preventDefault()} aria-label="Settings of the next run">
			{sectionsOf(spec).map((section) => (
				<SectionFields key={section.id} section={section} changed={changed} />
			))}
			<p className="setup-foot">
				{parameters === null ? "The sizes of the policy do not fit together." : `${compact(parameters)} parameters`}
			</p>
		</form>
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
			{names.map((name) => (
				<Field key={pathOf(section, name)} section={section} name={name} changed={changed} />
			))}
		</details>
	);
}

function RegisteredChoice({ section }: { section: Section }): JSX.Element | null {
	const { choice } = section;
	if (!choice) return null;
	return (
		<select
			className="choice"
			aria-label={section.title}
			value={choice.chosen}
			onChange={(e) => changeField(choice.path, { id: e.target.value, params: {} })}
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
			value={valueAt(spec, path, param)}
			changed={changed.has(path) || rejected !== undefined}
			rejected={rejected}
			onChange={(value) => changeField(path, value)}
			onReject={(text, sentence) => rejectField(path, text, sentence)}
			onReset={() => changeField(path, usual())}
		/>
	);
}
