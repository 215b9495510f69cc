import type { JSX } from "react";
import { useStore } from "zustand";
import type { Display } from "../credit/display";
import { GRANULARITIES, granularitiesOf } from "../credit/granularity";
import { Menu } from "../shell/Menu";
import { layoutStore, setMarks } from "../stores/layout";
import { ALIGNMENTS, SCALES, setView, viewStore } from "../stores/view";

/** How credit is read: units, the method whose error is shown and how it is aligned, colours, cells or bars, the map. */
export function ViewMenu({ display }: { readonly display: Display }): JSX.Element {
	const { granularity } = useStore(viewStore);
	const label = granularity === "token" ? "View" : `View: ${granularity}`;
	return (
		<Menu label={label} title="Units, error, colours and marks" className="view-menu">
			<Units display={display} />
			<Errors display={display} />
			<Colours display={display} />
			<Marks />
		</Menu>
	);
}

const UNIT_HELP = {
	token: "each token by itself",
	word: "tokens of a word or number together",
	step: "steps that the rollouts carry",
	turn: "what was written between two replies",
	rollout: "the whole rollout",
} as const;

function Units({ display }: { readonly display: Display }): JSX.Element {
	const { granularity } = useStore(viewStore);
	const there = granularitiesOf(display.batch);
	return (
		<fieldset>
			<legend>Credit summed over (G)</legend>
			{GRANULARITIES.map((g) => (
				<label key={g} className="row-choice">
					<input
						type="radio"
						name="granularity"
						checked={granularity === g}
						disabled={!there.includes(g)}
						onChange={() => setView({ granularity: g })}
					/>
					<span>
						<b>{g}</b>{" "}
						<span className="muted">{there.includes(g) ? UNIT_HELP[g] : "these rollouts carry no steps"}</span>
					</span>
				</label>
			))}
		</fieldset>
	);
}

function Errors({ display }: { readonly display: Display }): JSX.Element {
	const { errors, exact, alignment } = useStore(viewStore);
	const methods = display.rows.filter((row) => row !== display.exact && row !== display.error);
	return (
		<fieldset>
			<legend>Exact, and the error against it (D)</legend>
			<label className="row-choice">
				<input type="checkbox" checked={exact} onChange={() => setView({ exact: !exact })} />
				<span>exact row above the methods (V)</span>
			</label>
			<label className="row-choice">
				<input type="checkbox" checked={errors} onChange={() => setView({ errors: !errors })} />
				<span>signed error under</span>
				<select
					aria-label="Method whose error is shown"
					value={display.selected.id}
					onChange={(e) => setView({ method: e.target.value })}
				>
					{methods.map((row) => (
						<option key={row.id} value={row.id}>
							{row.label}
						</option>
					))}
				</select>
			</label>
			{ALIGNMENTS.map((a) => (
				<label key={a.id} className="row-choice">
					<input
						type="radio"
						name="alignment"
						checked={alignment === a.id}
						onChange={() => setView({ alignment: a.id })}
					/>
					<span>
						<b>{a.title}</b> <span className="muted">{a.help}</span>
					</span>
				</label>
			))}
		</fieldset>
	);
}

function Colours({ display }: { readonly display: Display }): JSX.Element {
	const { scale, lock } = useStore(viewStore);
	return (
		<fieldset>
			<legend>Colours</legend>
			{SCALES.map(({ id, title, help }) => (
				<label key={id} className="row-choice">
					<input type="radio" name="scale" checked={scale === id} onChange={() => setView({ scale: id })} />
					<span>
						<b>{title}</b> <span className="muted">{help}</span>
					</span>
				</label>
			))}
			<label className="row-choice">
				<input
					type="checkbox"
					checked={lock !== null}
					onChange={() => setView({ lock: lock === null ? display.commonLimit : null })}
				/>
				<span>
					<b>one scale</b> <span className="muted">for all methods, rollouts and steps</span>
				</span>
			</label>
			{lock === null ? null : <Ends lock={lock} />}
		</fieldset>
	);
}

/** Where the locked scale ends; what is no number above zero changes nothing. */
function Ends({ lock }: { readonly lock: number }): JSX.Element {
	const take = (text: string) => {
		const value = Number(text);
		if (value > 0 && Number.isFinite(value)) setView({ lock: value });
	};
	return (
		<label className="scale-ends">
			whose ends are ±
			<input
				type="number"
				key={lock}
				min={0}
				step="any"
				defaultValue={lock}
				onBlur={(e) => take(e.target.value)}
				onKeyDown={(e) => e.key === "Enter" && take(e.currentTarget.value)}
			/>
		</label>
	);
}

function Marks(): JSX.Element {
	const marks = useStore(layoutStore, (l) => l.marks);
	const map = useStore(viewStore, (v) => v.map);
	return (
		<fieldset>
			<legend>Marks</legend>
			<label className="row-choice">
				<input
					type="checkbox"
					checked={marks === "bars"}
					onChange={() => setMarks(marks === "bars" ? "cells" : "bars")}
				/>
				<span>
					<b>bars</b> <span className="muted">from a base line, instead of cells (B)</span>
				</span>
			</label>
			<label className="row-choice">
				<input type="checkbox" checked={map} onChange={() => setView({ map: !map })} />
				<span>
					<b>map</b> <span className="muted">all methods for one rollout, below the text</span>
				</span>
			</label>
		</fieldset>
	);
}
