import { type JSX, useMemo } from "react";
import { useStore } from "zustand";
import { grouped } from "../../engine/core/plural";
import type { FilesTable } from "../../workers/filesApi";
import { usePanelCsv } from "../figures/publishedCsv";
import { type FileState, fileStore } from "../files/fileStore";
import { showRollout } from "../files/openFiles";
import { signed } from "../format";
import { FilterHead } from "../rollouts/FilterHead";
import { type Column, RowsTable } from "../rollouts/RowsTable";
import type { RolloutRow } from "../rollouts/rolloutRows";
import { rolloutsCsv } from "../rollouts/rolloutsCsv";
import { useRows } from "../rollouts/useRows";
import { selectionStore } from "../stores/selection";

const COLUMNS: readonly Column[] = [
	{ id: "step", title: "Step", unit: "", cell: (row) => (Number.isNaN(row.step) ? "–" : row.step) },
	{ id: "group", title: "Group", unit: "", cell: (row) => row.group + 1 },
	{ id: "rollout", title: "Rollout", unit: "", cell: (row) => row.text },
	{ id: "value", title: "Return", unit: "", cell: (row) => signed(row.value) },
	{ id: "length", title: "Length", unit: "tokens", cell: (row) => row.length },
];

/** Rollouts of all steps of the files, narrowed to a finding of Credit Lint or to a range of steps. */
export function FileRollouts(): JSX.Element {
	const table = useStore(fileStore, (f) => f.table);
	const finding = useStore(fileStore, (f) => f.finding);
	const range = useStore(fileStore, (f) => f.range);
	const shown = useStore(fileStore, (f) => f.rows);
	const group = useStore(fileStore, (f) => f.group);
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const all = useMemo(() => (table ? rowsOf(table) : []), [table]);
	const narrowed = useMemo(() => narrow(all, finding, range), [all, finding, range]);
	const { rows, problem, filter, setFilter, sort, sortBy } = useRows(narrowed, "step");
	usePanelCsv("rollouts", () => rolloutsCsv(rows, ["step", "group", "text", "value", "length"]));
	const chosen = pinned ? shown[pinned.rollout] : undefined;
	return (
		<div className="rollouts file-rollouts">
			<FilterHead
				example="reward:0 step>27 len>5"
				help="reward:0, step>27, len>5, tool:search for a tool that was called, a part of an id"
				filter={filter}
				onFilter={setFilter}
				status={problem || `${grouped(rows.length)} of ${grouped(all.length)} rollouts`}
			>
				{finding ? <Narrowed name={finding.title} onEnd={() => fileStore.setState({ finding: null })} /> : null}
				{range ? <Narrowed name={rangeText(range)} onEnd={() => fileStore.setState({ range: null })} /> : null}
			</FilterHead>
			<RowsTable
				rows={rows}
				columns={COLUMNS}
				sort={sort}
				onSort={sortBy}
				onOpen={open}
				isChosen={(row) => (chosen === undefined ? row.group === group : row.rollout === chosen)}
			/>
		</div>
	);
}

const open = (row: RolloutRow) => void showRollout(row.rollout);

/** What the list is narrowed to, and the way back. */
function Narrowed({ name, onEnd }: { readonly name: string; readonly onEnd: () => void }): JSX.Element {
	return (
		<button type="button" className="narrowed" title="Show the others, too" onClick={onEnd}>
			{name} <span aria-hidden="true">×</span>
		</button>
	);
}

const rangeText = ([from, to]: readonly [number, number]) => (from === to ? `Step ${from}` : `Steps ${from} to ${to}`);

function narrow(rows: readonly RolloutRow[], finding: FileState["finding"], range: FileState["range"]) {
	const wanted = finding ? new Set(finding.rows) : null;
	return rows.filter(
		({ rollout, step }) => (wanted?.has(rollout) ?? true) && (!range || (step >= range[0] && step <= range[1])),
	);
}

/** Rows of the table as the list filters and sorts them; what a table does not hold is not known. */
function rowsOf({ ids, step, group, reward, length, tools }: FilesTable): RolloutRow[] {
	return ids.map((text, rollout) => ({
		step: step[rollout] as number,
		rollout,
		group: group[rollout] as number,
		success: null,
		value: reward[rollout] as number,
		length: length[rollout] as number,
		logProb: Number.NaN,
		entropy: Number.NaN,
		credit: Number.NaN,
		text,
		tools: tools[rollout] as string,
	}));
}
