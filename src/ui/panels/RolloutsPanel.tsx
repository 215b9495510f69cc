import { type JSX, useMemo } from "react";
import { useStore } from "zustand";
import { tokenNames } from "../comparison";
import { usePanelCsv } from "../figures/publishedCsv";
import { fileStore } from "../files/fileStore";
import { isOfFiles } from "../files/openFiles";
import { fixed, signed } from "../format";
import { FilterHead } from "../rollouts/FilterHead";
import { type Column, RowsTable } from "../rollouts/RowsTable";
import { COLUMNS, type ColumnId, type RolloutRow, rowsOf } from "../rollouts/rolloutRows";
import { rolloutsCsv } from "../rollouts/rolloutsCsv";
import { useRows } from "../rollouts/useRows";
import { type Latest, runStore } from "../stores/run";
import { chooseGroup, pinToken, selectionStore } from "../stores/selection";
import { dropsOf, nextSuspicious } from "../suspicious";
import { FileRollouts } from "./FileRollouts";

/** Every rollout of the batch as a table, or of all steps of the files: sort by a column, filter by words and numbers, open one. */
export default function RolloutsPanel(): JSX.Element {
	const latest = useStore(runStore, (r) => r.latest);
	const wide = useStore(fileStore, (f) => f.table !== null && ((f.steps?.steps.length ?? 0) > 1 || f.finding !== null));
	if (!latest) return <p className="muted padded">All rollouts of a batch are listed here once a run is on.</p>;
	return wide && isOfFiles(latest) ? <FileRollouts /> : <BatchRollouts latest={latest} />;
}

const CELLS: Partial<Readonly<Record<ColumnId, Column["cell"]>>> = {
	group: (row) => row.group,
	rollout: (row) => row.rollout,
	success: (row) => (row.success === null ? "" : row.success ? "✓ yes" : "✗ no"),
	value: (row) => signed(row.value),
	length: (row) => row.length,
	logProb: (row) => fixed(row.logProb, 3),
	entropy: (row) => fixed(row.entropy, 3),
	credit: (row) => fixed(row.credit, 2),
	text: (row) => row.text,
};
const BATCH_COLUMNS: readonly Column[] = COLUMNS.flatMap((column) => {
	const cell = CELLS[column.id];
	return cell ? [{ ...column, cell }] : [];
});

function BatchRollouts({ latest }: { readonly latest: Latest }): JSX.Element {
	const all = useMemo(() => rowsOf(latest, tokenNames(latest)), [latest]);
	const { rows, problem, filter, setFilter, sort, sortBy } = useRows(all, "group");
	const { group, pinned } = useStore(selectionStore);
	usePanelCsv("rollouts", () =>
		rolloutsCsv(
			rows,
			COLUMNS.map(({ id }) => id),
		),
	);
	return (
		<div className="rollouts">
			<FilterHead
				example="reward:0 tool:skip len>5"
				help="reward:0, len>5, solved:no, entropy<0.5, tool:skip for a token, any word"
				filter={filter}
				onFilter={setFilter}
				status={problem || `${rows.length} of ${all.length} rollouts, step ${latest.step}`}
			/>
			<WorstDrop latest={latest} />
			<RowsTable
				rows={rows}
				columns={BATCH_COLUMNS}
				sort={sort}
				onSort={sortBy}
				onOpen={open}
				isChosen={(row) => (pinned ? pinned.rollout === row.rollout : group === row.group)}
			/>
		</div>
	);
}

/** The token of the batch that lost most, and the way to it. */
function WorstDrop({ latest }: { readonly latest: Latest }): JSX.Element | null {
	const exact = useStore(runStore, (r) => r.exact);
	const worst = useMemo(() => dropsOf(latest, exact)[0], [latest, exact]);
	if (!worst) return null;
	const id = latest.batch.tokens[worst.rollout * latest.batch.T + worst.token] as number;
	const name = tokenNames(latest)[id] ?? `#${id}`;
	return (
		<p className="worst-drop">
			<span>
				Largest loss: <code>{name}</code> {worst.exact ? "exactly " : "by credit "}
				<b className="tabular">{signed(worst.loss)}</b>, rollout {worst.rollout}
			</span>
			<button type="button" title="Next suspicious token (X)" onClick={nextSuspicious}>
				Next suspicious
			</button>
		</p>
	);
}

/** Shows the rollout's group in every panel, with its first token of the policy pinned. */
function open({ group, rollout }: RolloutRow): void {
	chooseGroup(group);
	const { latest } = runStore.getState();
	const from = rollout * (latest?.batch.T ?? 0);
	const first = latest?.batch.actionMask.subarray(from, from + latest.batch.T).indexOf(1) ?? -1;
	if (first >= 0) pinToken(rollout, first);
}
