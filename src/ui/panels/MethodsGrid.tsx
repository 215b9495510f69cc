import { type JSX, useCallback, useMemo } from "react";
import { useStore } from "zustand";
import { type Colouring, colouredBy, creditScale } from "../charts/creditScale";
import type { HeatmapData } from "../charts/heatmap";
import type { Comparison } from "../comparison";
import { methodRolloutsCsv, methodTokensCsv } from "../credit/creditCsv";
import { sumByRollout } from "../credit/granularity";
import type { MethodRow } from "../credit/methodRows";
import { usePanelCsv } from "../figures/publishedCsv";
import { columnar, signed, significant } from "../format";
import { layoutStore, toggleRow } from "../stores/layout";
import { viewStore } from "../stores/view";
import { HeatmapBox } from "./HeatmapBox";

const ROW_HEIGHT = 22;

interface Props {
	readonly comparison: Comparison;
	readonly rollout: number;
	readonly rows: readonly MethodRow[];
	readonly look: "tokens" | "rollouts";
}

/** Names of the methods, their cells, and how far each is from exact. */
export function MethodsGrid({ comparison, rollout, rows, look }: Props): JSX.Element {
	const { exact, members } = comparison;
	const scale = useStore(viewStore, (v) => v.scale);
	const lock = useStore(viewStore, (v) => v.lock);
	const cells = useMemo(
		() =>
			look === "tokens"
				? tokenCells(comparison, rollout, rows, { scale, lock })
				: rolloutCells(comparison, rows, { scale, lock }),
		[comparison, rollout, rows, look, scale, lock],
	);
	usePanelCsv("methods", () =>
		look === "tokens"
			? methodTokensCsv(comparison, rollout, rows)
			: methodRolloutsCsv(
					comparison,
					rows,
					cells.data.rows.map(({ values }) => values),
				),
	);
	const tokenAt = (column: number) =>
		look === "tokens" ? { rollout, token: column } : { rollout: members[column] as number, token: 0 };
	const columnOf = useCallback(
		(at: { rollout: number; token: number }) =>
			look === "rollouts" ? members.indexOf(at.rollout) : at.rollout === rollout ? at.token : -1,
		[look, members, rollout],
	);
	const known = exact !== null && !exact.pending;
	return (
		<>
			<p className="tree-note muted">{noteOf(comparison, rollout, rows, look, lock)}</p>
			<div className="methods-grid" data-error={known}>
				<div className="methods-names">
					<span className="methods-corner" />
					{known ? <b className="exact-name">{exact.label}</b> : null}
					{rows.map((row) => (
						<MethodName key={row.id} row={row} trained={row.id === comparison.latest.credit.method} />
					))}
				</div>
				<div className="methods-cells">
					<ColumnNames names={cells.names} />
					<HeatmapBox
						data={cells.data}
						rowHeight={ROW_HEIGHT}
						columnName={look}
						tokenAt={tokenAt}
						columnOf={columnOf}
					/>
				</div>
				{known ? <ErrorColumn rows={rows} /> : null}
			</div>
		</>
	);
}

function noteOf(
	{ group, members }: Comparison,
	rollout: number,
	rows: readonly MethodRow[],
	look: Props["look"],
	lock: number | null,
) {
	const what =
		look === "tokens"
			? `Rollout ${rollout}`
			: `The ${members.length} rollouts of group ${group}, the credit of all their tokens together`;
	const scale = lock === null ? "each on its own scale" : `all on one scale, \u00b1${significant(lock)}`;
	return `${what}: ${rows.length} methods, ${scale}. A click on a name puts its row under the text.`;
}

interface Cells {
	readonly data: HeatmapData;
	readonly names: readonly ColumnName[];
}
interface ColumnName {
	readonly column: number;
	readonly name: string;
}

/** Exact first where it is known, then the methods. */
function allRows({ exact }: Comparison, rows: readonly MethodRow[]) {
	return exact && !exact.pending ? [exact, ...rows] : rows;
}

function tokenCells(comparison: Comparison, rollout: number, rows: readonly MethodRow[], colouring: Colouring): Cells {
	const { batch, tokens } = comparison;
	const from = rollout * batch.T;
	const end = from + (batch.lengths[rollout] as number);
	return {
		data: {
			rows: allRows(comparison, rows).map(({ label, values, scale }) => ({
				label,
				values: values.subarray(from, end),
				scale: colouredBy(scale, colouring),
			})),
			columns: end - from,
			mask: batch.actionMask.subarray(from, end),
		},
		names: Array.from(batch.tokens.subarray(from, end), (id, column) => ({
			column,
			name: tokens[id] ?? `#${id}`,
		})),
	};
}

function rolloutCells(comparison: Comparison, rows: readonly MethodRow[], colouring: Colouring): Cells {
	const { batch, members } = comparison;
	return {
		data: {
			rows: allRows(comparison, rows).map(({ label, values }) => {
				const own = sumByRollout(batch, members, values);
				return { label, values: own, scale: colouredBy(creditScale(own), colouring) };
			}),
			columns: members.length,
			mask: new Uint8Array(members.length).fill(1),
		},
		names: members.map((b, column) => ({ column, name: signed(batch.returns[b] as number) })),
	};
}

/** Names of columns; as many as there is room for would overlap, so long tables go without. */
function ColumnNames({ names }: { readonly names: readonly ColumnName[] }): JSX.Element {
	const shown = names.length <= 24;
	return (
		<div className="methods-tokens" aria-hidden="true">
			{shown
				? names.map(({ name, column }) => (
						<span key={column} className="methods-token" title={name}>
							{name}
						</span>
					))
				: null}
		</div>
	);
}

function MethodName({ row, trained }: { readonly row: MethodRow; readonly trained: boolean }): JSX.Element {
	const shown = useStore(layoutStore, (l) => l.rows.includes(row.id));
	return (
		<button
			type="button"
			className="quiet"
			aria-pressed={trained || shown}
			disabled={trained}
			title={`${row.label}: ${trained ? "the method that trains" : "show under the text"}`}
			onClick={() => toggleRow(row.id)}
		>
			{row.label}
		</button>
	);
}

/** Error after the best single factor, in units of return. */
function ErrorColumn({ rows }: { readonly rows: readonly MethodRow[] }): JSX.Element {
	return (
		<div className="methods-errors tabular">
			<span className="muted" title="Root of the mean squared error after the best single factor, in units of return">
				rms error
			</span>
			<span />
			{rows.map((row) => (
				<span key={row.id}>{row.error === null ? "\u2013" : columnar(row.error)}</span>
			))}
		</div>
	);
}
