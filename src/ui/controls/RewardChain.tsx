import { type ChangeEvent, type JSX, useId } from "react";
import { useStore } from "zustand";
import type { RewardChoice } from "../../engine/credit/method";
import type { Origin } from "../../engine/training/origins";
import { findEntry, WRITERS } from "../registries";
import { draftStore, rejectField } from "../stores/draft";
import { addWriter, chainProblem, changeWriter, moveWriterUp, removeWriter, writerPath } from "../stores/rewardChain";
import { signalOrigins } from "../stores/signalOrigins";
import { intoView, ParamField } from "./ParamField";
import { SignalOrigins } from "./SignalOrigins";

interface Props {
	readonly changed: ReadonlySet<string>;
}

/** The reward writers before the method, first to last, and a way to add one; a single row while there are none. */
export function RewardChain({ changed }: Props): JSX.Element {
	const id = useId();
	const rewards = useStore(draftStore, (d) => d.spec.method.rewards) ?? [];
	const problem = useStore(draftStore, (d) => chainProblem(d.spec));
	const origins = useStore(draftStore, (d) => signalOrigins(d.spec));
	const add = (e: ChangeEvent<HTMLSelectElement>) => addWriter(e.target.value);
	return (
		<>
			<div className="field writer-choice" data-changed={rewards.length > 0}>
				<label htmlFor={id}>Reward writers</label>
				<select id={id} value="" aria-describedby={`${id}-help`} onChange={add}>
					<option value="">{rewards.length === 0 ? "none" : "add"}</option>
					{WRITERS.filter((writer) => rewards.every((r) => r.id !== writer.id)).map((writer) => (
						<option key={writer.id} value={writer.id} title={writer.summary}>
							{writer.title}
						</option>
					))}
				</select>
				<p className="field-help" id={`${id}-help`}>
					Before the method: a writer pays tokens something else than the task does, and the method reads that. Several
					follow each other.
				</p>
			</div>
			{rewards.length > 0 ? (
				<ol className="writers" aria-label="Reward writers, first to last">
					{rewards.map((writer, k) => (
						<Writer
							key={writer.id}
							writer={writer}
							isFirst={k === 0}
							changed={changed}
							origins={origins?.writers[k] ?? null}
						/>
					))}
				</ol>
			) : null}
			{problem ? (
				<p className="field-problem" role="alert" ref={intoView}>
					{problem}
				</p>
			) : null}
		</>
	);
}

interface WriterProps extends Props {
	readonly writer: RewardChoice;
	readonly isFirst: boolean;
	/** Of what it reads; null while that is not known. */
	readonly origins: readonly Origin[] | null;
}

function Writer({ writer: { id, params }, isFirst, changed, origins }: WriterProps): JSX.Element {
	const entry = findEntry(WRITERS, id);
	const title = entry?.title ?? id;
	return (
		<li>
			<div className="writer-head">
				<b>{title}</b>
				{isFirst ? null : (
					<button type="button" className="quiet icon" title="Before the one above" onClick={() => moveWriterUp(id)}>
						<span className="visually-hidden">Move {title} up</span>
						<span aria-hidden="true">↑</span>
					</button>
				)}
				<button type="button" className="quiet icon" title="Take it out" onClick={() => removeWriter(id)}>
					<span className="visually-hidden">Remove {title}</span>
					<span aria-hidden="true">×</span>
				</button>
			</div>
			<p className="about">{entry?.summary}</p>
			{origins ? <SignalOrigins origins={origins} /> : null}
			{Object.keys(entry?.params ?? {}).map((name) => (
				<WriterField key={name} id={id} name={name} params={params} changed={changed} />
			))}
		</li>
	);
}

interface FieldProps extends Props, RewardChoice {
	readonly name: string;
}

function WriterField({ id, name, params, changed }: FieldProps): JSX.Element | null {
	const path = writerPath(id, name);
	const param = findEntry(WRITERS, id)?.params[name];
	const rejected = useStore(draftStore, (d) => d.rejected[path]);
	if (!param) return null;
	return (
		<ParamField
			param={param}
			value={(params[name] as number | string | boolean | undefined) ?? param.default}
			changed={changed.has(path) || rejected !== undefined}
			rejected={rejected}
			onChange={(value) => changeWriter(id, name, value)}
			onReject={(text, sentence) => rejectField(path, text, sentence)}
			onReset={() => changeWriter(id, name, param.default)}
		/>
	);
}
