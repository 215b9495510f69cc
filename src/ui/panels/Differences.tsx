import { type JSX, useMemo } from "react";
import { useStore } from "zustand";
import { type CreditDifference, creditDifference } from "../../engine/fidelity/differences";
import type { Comparison } from "../comparison";
import { type MethodRow, methodRowsOf } from "../credit/methodRows";
import { csvOf } from "../figures/csv";
import { usePanelCsv } from "../figures/publishedCsv";
import { fileStore } from "../files/fileStore";
import { openTwin } from "../files/openTwin";
import { fixed, significant } from "../format";
import { layoutStore, toggleRow } from "../stores/layout";
import type { Run } from "../stores/run";
import { Refused } from "./Refused";

interface Props {
	readonly comparison: Comparison;
	readonly answers: NonNullable<Run["beside"]>["answers"];
}

/** How far the methods are apart on rollouts of a policy that nobody can ask: the exact advantage is not there to rank them. */
export function Differences({ comparison, answers }: Props): JSX.Element {
	const { latest, batch, group, groups } = comparison;
	const shown = latest.credit;
	const rows = useMemo(() => {
		const others = methodRowsOf(comparison, answers).filter(({ id }) => id !== shown.method);
		const measured = others.map((row) => ({ row, ...creditDifference(batch, shown.advantage, row.values) }));
		const at = ({ groups: own }: CreditDifference) => own.get(group) ?? Number.POSITIVE_INFINITY;
		return measured.sort((a, b) => at(a) - at(b) || a.row.label.localeCompare(b.row.label));
	}, [comparison, answers, batch, shown, group]);
	usePanelCsv("fidelity", () =>
		csvOf(
			["method", "from", "this_group", "all_groups", "standard_error", "correlation"],
			rows.map(({ row, groups: own, mean, error, correlation }) => [
				row.id,
				shown.method,
				own.get(group) ?? null,
				mean,
				error,
				correlation,
			]),
		),
	);
	const most = Math.max(...rows.map((r) => r.groups.get(group) ?? 0));
	return (
		<div className="fidelity">
			<p className="tree-note muted">
				Mean size of the difference from {comparison.trained.label}, the credit on screen, over the tokens of a group.
				Methods that pay in other units are apart by that alone; their correlation says whether they agree. <Exact />
			</p>
			<table className="differences">
				<thead>
					<tr>
						<th scope="col">Method</th>
						<th scope="col">This group</th>
						<th scope="col">{groups.length > 1 ? `All ${groups.length} groups of the step` : "All groups"}</th>
						<th scope="col" title="Pearson correlation over the tokens of the step">
							Correlation
						</th>
					</tr>
				</thead>
				<tbody>
					<tr>
						<th scope="row">Exact</th>
						<td colSpan={3} className="muted">
							not available for this policy
						</td>
					</tr>
					{rows.map((entry) => (
						<DifferenceRow key={entry.row.id} entry={entry} here={entry.groups.get(group)} most={most} />
					))}
				</tbody>
			</table>
			<Refused answers={answers} />
		</div>
	);
}

function Exact(): JSX.Element {
	const twin = useStore(fileStore, (f) => f.twin);
	return (
		<>
			The exact advantage is not available for this policy
			{twin ? (
				<>
					:{" "}
					<button type="button" className="quiet" title={`${twin.title} (T)`} onClick={() => void openTwin()}>
						open the toy twin
					</button>
				</>
			) : (
				"."
			)}
		</>
	);
}

interface RowProps {
	readonly entry: CreditDifference & { readonly row: MethodRow };
	readonly here: number | undefined;
	readonly most: number;
}

function DifferenceRow({ entry, here = Number.NaN, most }: RowProps): JSX.Element {
	const { row, mean, error, correlation } = entry;
	const shown = useStore(layoutStore, (l) => l.rows.includes(row.id));
	return (
		<tr>
			<th scope="row">
				<button
					type="button"
					className="quiet"
					aria-pressed={shown}
					title="Show under the text"
					onClick={() => toggleRow(row.id)}
				>
					{row.label}
				</button>
			</th>
			<td>
				<span className="difference-value">{significant(here)}</span>
				<span className="difference-bar" style={{ width: here > 0 ? (60 * here) / most : 0 }} aria-hidden="true" />
			</td>
			<td>
				{significant(mean)}
				<span className="muted">{Number.isNaN(error) ? "" : ` ± ${significant(error)}`}</span>
			</td>
			<td>{Number.isNaN(correlation) ? <span className="muted">not defined</span> : fixed(correlation, 2)}</td>
		</tr>
	);
}
