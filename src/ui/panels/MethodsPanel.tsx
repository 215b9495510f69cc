import { type JSX, type PointerEvent, useCallback, useEffect, useMemo, useRef } from "react";
import { useStore } from "zustand";
import type { CreditAnswer } from "../../workers/labApi";
import { Chart } from "../charts/Chart";
import { creditScale } from "../charts/creditScale";
import { drawHeatmap, type HeatmapRow } from "../charts/heatmap";
import type { Comparison } from "../comparison";
import { type HoveredToken, onHover, setHovered } from "../hover";
import { watchAllMethods } from "../lab";
import { findEntry, METHODS } from "../registries";
import { usedTheme } from "../shell/document";
import { layoutStore, toggleRow } from "../stores/layout";
import { type Latest, runStore } from "../stores/run";
import { pinToken, selectionStore } from "../stores/selection";
import { useComparison } from "../useComparison";

const ROW_HEIGHT = 22;

/** What every method that can says of one rollout, as methods × tokens; the others with their reason. */
export default function MethodsPanel(): JSX.Element {
	const comparison = useComparison();
	useEffect(() => watchAllMethods(), []);
	if (!comparison)
		return <p className="muted padded">All methods are compared here on one rollout, once a run is on.</p>;
	return <MethodsOf comparison={comparison} />;
}

function MethodsOf({ comparison }: { readonly comparison: Comparison }): JSX.Element {
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const beside = useStore(runStore, (r) => r.beside);
	const rollout = pinned?.rollout ?? comparison.members[0] ?? 0;
	const answers = beside?.of === comparison.latest ? beside.answers : NO_ANSWERS;
	const refused = answers.flatMap((a) => (a.ok ? [] : [a]));
	const columns = comparison.batch.lengths[rollout] as number;
	const rows = useMemo(() => rowsOf(comparison.latest, answers, rollout), [comparison.latest, answers, rollout]);
	return (
		<div className="methods">
			<p className="tree-note muted">
				Rollout {rollout}, {rows.length} methods, each on its own scale. Click a name to put its row under the text.
			</p>
			<div className="methods-grid">
				<div className="methods-names">
					<span className="methods-corner" />
					{rows.map((row) => (
						<MethodName
							key={row.id}
							id={row.id}
							label={row.label}
							trained={row.id === comparison.latest.credit.method}
						/>
					))}
				</div>
				<Cells comparison={comparison} rollout={rollout} rows={rows} columns={columns} />
			</div>
			{refused.length > 0 ? (
				<details className="refused">
					<summary>{refused.length} methods need what these rollouts do not carry</summary>
					<ul>
						{refused.map(({ method, reason }) => (
							<li key={method}>
								<b>{findEntry(METHODS, method)?.title ?? method}</b> <span className="muted">{reason}</span>
							</li>
						))}
					</ul>
				</details>
			) : null}
		</div>
	);
}

const NO_ANSWERS: readonly CreditAnswer[] = [];

/** One row a method that answered, the one that trained first. */
function rowsOf({ batch, credit }: Latest, answers: readonly CreditAnswer[], rollout: number): MethodRow[] {
	const from = rollout * batch.T;
	const end = from + (batch.lengths[rollout] as number);
	const others = answers.flatMap((answer) => (answer.ok && answer.method !== credit.method ? [answer.credit] : []));
	return [credit, ...others].map(({ method, advantage }) => ({
		id: method,
		label: findEntry(METHODS, method)?.title ?? method,
		values: advantage.subarray(from, end),
		scale: creditScale(advantage),
	}));
}

interface MethodRow extends HeatmapRow {
	readonly id: string;
}

interface NameProps {
	readonly id: string;
	readonly label: string;
	readonly trained: boolean;
}

function MethodName({ id, label, trained }: NameProps): JSX.Element {
	const shown = useStore(layoutStore, (l) => l.rows.includes(id));
	return (
		<button
			type="button"
			className="quiet"
			aria-pressed={trained || shown}
			disabled={trained}
			title={trained ? "The method that trains" : "Show under the text"}
			onClick={() => toggleRow(id)}
		>
			{label}
		</button>
	);
}

interface CellsProps {
	readonly comparison: Comparison;
	readonly rollout: number;
	readonly rows: readonly HeatmapRow[];
	readonly columns: number;
}

function Cells({ comparison, rollout, rows, columns }: CellsProps): JSX.Element {
	const { batch, tokens } = comparison;
	const from = rollout * batch.T;
	const theme = useStore(layoutStore, usedTheme);
	const hovered = useRef<HoveredToken | null>(null);
	const redraws = useCallback(
		(again: () => void) =>
			onHover((token) => {
				hovered.current = token;
				again();
			}),
		[],
	);
	const column = () => (hovered.current?.rollout === rollout ? hovered.current.token : null);
	const at = (event: PointerEvent<HTMLElement>): HoveredToken => {
		const box = event.currentTarget.getBoundingClientRect();
		const token = Math.min(columns - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * columns)));
		return { rollout, token, element: event.currentTarget };
	};
	const names = Array.from(batch.tokens.subarray(from, from + columns), (id, t) => ({
		t,
		name: tokens[id] ?? `#${id}`,
	}));
	const mask = batch.actionMask.subarray(from, from + columns);
	return (
		<div className="methods-cells">
			<div className="methods-tokens" aria-hidden="true">
				{names.map(({ t, name }) => (
					<span key={t} className="methods-token">
						{name}
					</span>
				))}
			</div>
			<div
				className="methods-plot"
				style={{ height: rows.length * ROW_HEIGHT }}
				onPointerMove={(e) => setHovered(at(e))}
				onPointerLeave={() => setHovered(null)}
				onPointerDown={(e) => pinToken(rollout, at(e).token)}
			>
				<Chart
					redraws={redraws}
					draw={(element, { width }) =>
						drawHeatmap(element, { rows, columns, mask }, { theme, width, rowHeight: ROW_HEIGHT, hovered: column() })
					}
				/>
			</div>
		</div>
	);
}
