import { type JSX, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import type { Recording } from "../../engine/formats/recording";
import { usePanelCsv } from "../figures/publishedCsv";
import { fixed } from "../format";
import { loadRecording, RECORDED } from "../recording/loadRecording";
import { findEntry, METHODS, TASKS } from "../registries";
import { bestCells, type ErrorCell, errorsCsv, errorTable } from "../runs/errorTable";
import { pastRunsStore } from "../runs/pastRuns";
import { layoutStore, toggleRow } from "../stores/layout";

/** Error of each method on each recorded task, with its standard error over seeds, and of the live runs in the list. */
export default function ErrorsPanel(): JSX.Element {
	const recordings = useRecordings();
	const runs = useStore(pastRunsStore, (s) => s.runs);
	const rows = useStore(layoutStore, (l) => l.rows);
	const table = useMemo(() => errorTable(recordings, runs), [recordings, runs]);
	const best = useMemo(() => bestCells(table), [table]);
	usePanelCsv("errors", () => (table.methods.length > 0 ? errorsCsv(table) : null));
	return (
		<div className="errors">
			<p className="tree-note muted">
				Part of the exact advantage that a method misses after the one factor that suits it best, mean over the
				checkpoints ± standard error over seeds. 0 is exact up to scale. Bold: the best, and all within one standard
				error of it. –: not recorded there.
			</p>
			<table className="errors-table tabular">
				<thead>
					<tr>
						<th scope="col">Method</th>
						{table.columns.map((column) => (
							<th scope="col" key={column.id} title={column.title}>
								{findEntry(TASKS, column.title)?.title ?? column.title}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{table.methods.map((method, m) => (
						<tr key={method}>
							<th scope="row">
								<button
									type="button"
									className="quiet"
									aria-pressed={rows.includes(method)}
									title="Show under the text"
									onClick={() => toggleRow(method)}
								>
									{findEntry(METHODS, method)?.title ?? method}
								</button>
							</th>
							{table.columns.map((column, c) => (
								<Cell key={column.id} cell={table.cells[m]?.[c] ?? null} best={best.has(`${m} ${c}`)} />
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

function Cell({ cell, best }: { readonly cell: ErrorCell | null; readonly best: boolean }): JSX.Element {
	if (!cell) return <td className="muted">–</td>;
	return (
		<td data-best={best}>
			<span className="error-bar" style={{ width: `${100 * cell.mean}%` }} aria-hidden="true" />
			{fixed(cell.mean, 3)}
			<span className="muted">{cell.n > 1 ? ` ± ${fixed(cell.error, 3)}` : " one seed"}</span>
		</td>
	);
}

function useRecordings(): readonly Recording[] {
	const [recordings, set] = useState<readonly Recording[]>([]);
	useEffect(() => {
		let current = true;
		void Promise.allSettled(RECORDED.map(loadRecording)).then((results) => {
			if (current) set(results.flatMap((r) => (r.status === "fulfilled" ? [r.value] : [])));
		});
		return () => {
			current = false;
		};
	}, []);
	return recordings;
}
