import { type JSX, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { plural } from "../../engine/core/plural";
import type { Estimate } from "../../engine/fidelity/ranking";
import type { ExactAnswer } from "../../workers/labApi";
import type { Comparison } from "../comparison";
import { fidelityCsv } from "../credit/creditCsv";
import { answersOf, DECISIVE, type MethodRow, methodRowsOf } from "../credit/methodRows";
import { askAllGroups, cancelExact } from "../exact";
import { usePanelCsv } from "../figures/publishedCsv";
import { isOfFiles } from "../files/openFiles";
import { compact, fixed, percent } from "../format";
import { watchAllMethods } from "../lab";
import { layoutStore, toggleRow } from "../stores/layout";
import { runStore } from "../stores/run";
import { holdRollouts } from "../stores/selection";
import { useComparison } from "../useComparison";
import { Differences } from "./Differences";
import "../styles/fidelity.css";

/** Methods ranked by how well their credit agrees with the exact advantage, with intervals and cost. */
export default function FidelityPanel(): JSX.Element {
	const comparison = useComparison();
	useEffect(() => watchAllMethods(), []);
	if (!comparison)
		return <p className="muted padded">Methods are ranked against the exact advantage here, once a run is on.</p>;
	return isOfFiles(comparison.latest) ? (
		<DifferencesOf comparison={comparison} />
	) : (
		<FidelityOf comparison={comparison} />
	);
}

function DifferencesOf({ comparison }: { readonly comparison: Comparison }): JSX.Element {
	const beside = useStore(runStore, (r) => r.beside);
	return <Differences comparison={comparison} answers={answersOf(comparison, beside)} />;
}

type Measure = "error" | "correlation" | "signs";

const MEASURES: readonly {
	readonly id: Measure;
	readonly title: string;
	readonly help: string;
	/** Ends of the axis; null: from the numbers. */
	readonly range: readonly [number, number] | null;
	readonly better: "low" | "high";
	readonly text: (x: number) => string;
}[] = [
	{
		id: "error",
		title: "Error",
		help: "Root of the mean squared error after the best single factor, in units of return",
		range: null,
		better: "low",
		text: (x) => fixed(x, 3),
	},
	{
		id: "correlation",
		title: "Correlation",
		help: "Pearson correlation with the exact advantage over tokens",
		range: [-1, 1],
		better: "high",
		text: (x) => fixed(x, 2),
	},
	{
		id: "signs",
		title: "Right signs",
		help: `Share of decisive tokens (exact at least ${DECISIVE} of the range of returns) with the right sign; zero counts one half`,
		range: [0, 1],
		better: "high",
		text: percent,
	},
];

function FidelityOf({ comparison }: { readonly comparison: Comparison }): JSX.Element {
	const beside = useStore(runStore, (r) => r.beside);
	const exact = useStore(runStore, (r) => r.exact);
	const [by, setBy] = useState<Measure>("error");
	const answers = answersOf(comparison, beside);
	const rows = useMemo(() => ranked(methodRowsOf(comparison, answers, exact), by), [comparison, answers, exact, by]);
	const refused = answers.length - answers.filter((a) => a.ok).length;
	const [best] = rows;
	usePanelCsv("fidelity", () => (best?.fidelity ? fidelityCsv(rows) : null));
	if (!best?.fidelity) return <p className="muted padded">{whyNot(comparison)}</p>;
	const { units, unit, tokens, decisive } = best.fidelity;
	const most = Math.max(...rows.map((row) => row.fidelity?.error.hi ?? 0));
	return (
		<div className="fidelity">
			<p className="tree-note muted">
				{plural(rows.length, "method")} over {plural(tokens, "token")}, {decisive} of them decisive, of {units} {unit}
				{refused > 0 ? `; ${refused} more need what these rollouts do not carry` : ""}. Bars: 95 % intervals over {unit}
				. <MoreGroups comparison={comparison} />
			</p>
			<table>
				<thead>
					<tr>
						<th scope="col">Method</th>
						{MEASURES.map(({ id, title, help }) => (
							<th key={id} scope="col" aria-sort={by === id ? (id === "error" ? "ascending" : "descending") : "none"}>
								<button type="button" className="quiet" title={help} onClick={() => setBy(id)}>
									{title} <span aria-hidden="true">{by === id ? (id === "error" ? "↑" : "↓") : ""}</span>
								</button>
							</th>
						))}
						<th scope="col" title="Share of the policy's tokens that the method scored">
							Scored
						</th>
						<th scope="col" title="Tokens sampled beyond the rollouts, and extra calls of a model">
							Extra cost
						</th>
					</tr>
				</thead>
				<tbody>
					{rows.map((row) => (
						<FidelityRow key={row.id} row={row} most={most} trained={row.id === comparison.latest.credit.method} />
					))}
				</tbody>
			</table>
		</div>
	);
}

/** How many groups are measured, and a way to measure the others. */
function MoreGroups({ comparison }: { readonly comparison: Comparison }): JSX.Element | null {
	const { latest, groups } = comparison;
	const exact = useStore(runStore, (r) => r.exact);
	const of = (wanted: (answer: ExactAnswer | null) => boolean) =>
		exact?.of === latest ? groups.filter((g) => exact.groups.has(g) && wanted(exact.groups.get(g) ?? null)).length : 0;
	const known = of((answer) => answer?.ok === true);
	if (known >= groups.length || groups.length < 2) return null;
	if (of((answer) => answer === null) > 0)
		return (
			<>
				{known} of {groups.length} groups are known.{" "}
				<button type="button" className="quiet" onClick={cancelExact}>
					Stop
				</button>
			</>
		);
	const start = () => {
		holdRollouts();
		void askAllGroups(latest);
	};
	return (
		<button type="button" className="quiet" title="Keeps these rollouts on screen meanwhile" onClick={start}>
			Measure all {groups.length} groups
		</button>
	);
}

/** Best first; what cannot be measured comes last. */
function ranked(rows: readonly MethodRow[], by: Measure): readonly MethodRow[] {
	const sign = by === "error" ? 1 : -1;
	const of = (row: MethodRow) => {
		const value = row.fidelity?.[by].value ?? Number.NaN;
		return Number.isNaN(value) ? Number.POSITIVE_INFINITY : sign * value;
	};
	return [...rows].sort((a, b) => of(a) - of(b) || a.label.localeCompare(b.label));
}

function whyNot({ truth, exact }: Comparison): string {
	if (truth && !truth.ok) return `Nothing to hold the methods against: ${truth.reason}`;
	if (truth === null || exact?.pending) return "The exact advantage is being worked out.";
	return "The exact advantage of these rollouts is not known, so there is nothing to hold the methods against.";
}

interface RowProps {
	readonly row: MethodRow;
	readonly most: number;
	readonly trained: boolean;
}

function FidelityRow({ row, most, trained }: RowProps): JSX.Element | null {
	const shown = useStore(layoutStore, (l) => l.rows.includes(row.id));
	const { fidelity, cost } = row;
	if (!fidelity) return null;
	const extra = [
		...(cost.extraTokens > 0 ? [`${compact(cost.extraTokens)} tokens`] : []),
		...(cost.modelCalls > 0 ? [`${compact(cost.modelCalls)} calls`] : []),
	];
	return (
		<tr data-trained={trained}>
			<th scope="row">
				<button
					type="button"
					className="quiet"
					aria-pressed={trained || shown}
					disabled={trained}
					title={trained ? "The method that trains" : "Show under the text"}
					onClick={() => toggleRow(row.id)}
				>
					{row.label}
				</button>
			</th>
			{MEASURES.map(({ id, range, text }) => (
				<td key={id}>
					<Interval of={fidelity[id]} range={range ?? [0, most]} text={text} />
				</td>
			))}
			<td>{percent(fidelity.coverage)}</td>
			<td>{extra.join(", ") || "none"}</td>
		</tr>
	);
}

interface IntervalProps {
	readonly of: Estimate;
	readonly range: readonly [number, number];
	readonly text: (x: number) => string;
}

/** A value as a dot with its interval as a bar, and in numbers. */
function Interval({ of, range: [low, high], text }: IntervalProps): JSX.Element {
	if (Number.isNaN(of.value)) return <span className="muted">not defined</span>;
	const at = (x: number) => `${(100 * (Math.min(high, Math.max(low, x)) - low)) / (high - low || 1)}%`;
	const width = `calc(${at(of.hi)} - ${at(of.lo)})`;
	return (
		<span className="interval" title={`${text(of.lo)} to ${text(of.hi)} at 95 %`}>
			<span className="interval-track" aria-hidden="true">
				{low < 0 ? <i className="zero" style={{ left: at(0) }} /> : null}
				<i className="bar" style={{ left: at(of.lo), width }} />
				<i className="dot" style={{ left: at(of.value) }} />
			</span>
			<span className="tabular">{text(of.value)}</span>
		</span>
	);
}
