import { type JSX, type KeyboardEvent, useId, useState } from "react";
import { type ParamSpec, parseParam } from "../../engine/spec/params";
import { problemOf } from "../setup";
import { helpOf, shortest, stepped } from "./fieldHelp";

interface Props {
	readonly param: ParamSpec;
	readonly value: number | string | boolean;
	readonly changed: boolean;
	/** Text that was refused and its sentence, if the field holds such. */
	readonly rejected?: { readonly text: string; readonly sentence: string };
	readonly onChange: (value: unknown) => void;
	readonly onReject: (text: string, sentence: string) => void;
	readonly onReset: () => void;
	/** What more of it costs, in a sentence, empty for nothing; asked for once the field had the focus. */
	readonly cost?: () => string;
}

/** One parameter as a form row: label, control, unit; its help, range and default while it is being edited. */
export function ParamField(props: Props): JSX.Element {
	const { param, changed, rejected } = props;
	const id = useId();
	const [edited, setEdited] = useState(false);
	return (
		<div className="field" data-changed={changed} data-type={param.type}>
			<label htmlFor={id} title={param.help}>
				{param.label}
			</label>
			<Control {...props} id={id} onEdit={() => setEdited(true)} />
			{changed ? (
				<button type="button" className="reset" onClick={props.onReset} title="Back to the preset's value">
					<span className="visually-hidden">Reset {param.label}</span>
					<span aria-hidden="true">↺</span>
				</button>
			) : null}
			<p className="field-help" id={`${id}-help`}>
				{helpOf(param)} {edited ? props.cost?.() : null}
			</p>
			{rejected ? (
				<p className="field-problem" id={`${id}-problem`} role="alert" ref={intoView}>
					{rejected.sentence}
				</p>
			) : null}
		</div>
	);
}

interface ControlProps extends Props {
	readonly id: string;
	/** It has the focus. */
	readonly onEdit: () => void;
}

function Control(props: ControlProps): JSX.Element {
	const { param, value, id, onEdit, onChange } = props;
	if (param.type === "flag")
		return (
			<input
				id={id}
				type="checkbox"
				checked={value === true}
				aria-describedby={`${id}-help`}
				onFocus={onEdit}
				onChange={(e) => onChange(e.target.checked)}
			/>
		);
	if (param.type === "choice")
		return (
			<select
				id={id}
				value={String(value)}
				aria-describedby={`${id}-help`}
				onFocus={onEdit}
				onChange={(e) => onChange(e.target.value)}
			>
				{param.options.map((option) => (
					<option key={option}>{option}</option>
				))}
			</select>
		);
	return <NumberControl {...props} param={param} />;
}

type NumberProps = ControlProps & { readonly param: Extract<ParamSpec, { min: number }> };

function NumberControl({ param, value, id, rejected, onEdit, onChange, onReject }: NumberProps): JSX.Element {
	const [typed, setTyped] = useState<string | null>(null);
	const commit = (text: string) => {
		const parsed = parseParam(param, text);
		const problem = problemOf(param, parsed);
		if (problem) onReject(text, problem);
		else onChange(parsed);
	};
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
		event.preventDefault();
		setTyped(null);
		onChange(stepped(param, Number(value), event.key === "ArrowUp" ? 1 : -1));
	};
	return (
		<span className="number">
			<input
				id={id}
				inputMode="decimal"
				autoComplete="off"
				value={typed ?? rejected?.text ?? shortest(Number(value))}
				aria-invalid={rejected !== undefined}
				aria-describedby={rejected ? `${id}-problem ${id}-help` : `${id}-help`}
				onFocus={onEdit}
				onKeyDown={onKeyDown}
				onChange={(e) => {
					setTyped(e.target.value);
					commit(e.target.value);
				}}
				onBlur={() => setTyped(null)}
			/>
			<span className="unit" title={param.unit}>
				{param.unit}
			</span>
		</span>
	);
}

/** A sentence below the edge of the panel would be missed. */
export const intoView = (sentence: HTMLElement | null): void => sentence?.scrollIntoView?.({ block: "nearest" });
