import { type JSX, type KeyboardEvent, memo, useDeferredValue, useMemo, useState } from "react";
import { useStore } from "zustand";
import { useHeight } from "../charts/useExtent";
import { tokenNames } from "../comparison";
import { fixed, signed } from "../format";
import { COLUMNS, type ColumnId, filterRows, type RolloutRow, rowsOf, sortRows } from "../rollouts/rolloutRows";
import { windowOf, windowStart } from "../rollouts/window";
import { type Latest, runStore } from "../stores/run";
import { chooseGroup, pinToken, selectionStore } from "../stores/selection";
import { dropsOf, nextSuspicious } from "../suspicious";

const ROW_HEIGHT = 26;

/** Every rollout of the batch as a table: sort by a column, filter by words and numbers, open a group. */
export default function RolloutsPanel(): JSX.Element {
	const latest = useStore(runStore, (r) => r.latest);
	if (!latest) return <p className="muted padded">All rollouts of a batch are listed here once a run is on.</p>;
	return <Table latest={latest} />;
}

function Table({ latest }: { readonly latest: Latest }): JSX.Element {
	const [filter, setFilter] = useState("");
	const [sort, setSort] = useState<{ column: ColumnId; descending: boolean }>({ column: "group", descending: false });
	const all = useMemo(() => rowsOf(latest, tokenNames(latest)), [latest]);
	const wanted = useDeferredValue(filter);
	const { rows: kept, problem } = useMemo(() => filterRows(all, wanted), [all, wanted]);
	const rows = useMemo(() => sortRows(kept, sort.column, sort.descending), [kept, sort]);
	const by = (column: ColumnId) =>
		setSort((s) => ({ column, descending: s.column === column ? !s.descending : column !== "group" }));
	return (
		<div className="rollouts">
			<div className="rollouts-head">
				<input
					type="search"
					aria-label="Filter"
					placeholder="reward:0 tool:skip len>5"
					title="Filter (/): reward:0, len>5, solved:no, entropy<0.5, tool:skip for a token, any word; a minus turns it round"
					value={filter}
					onChange={(e) => setFilter(e.target.value)}
				/>
				<p className="muted tabular" role="status">
					{problem || `${rows.length} of ${all.length} rollouts, step ${latest.step}`}
				</p>
			</div>
			<WorstDrop latest={latest} />
			<Rows rows={rows} sort={sort} onSort={by} />
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
			Largest loss: <code>{name}</code> {worst.exact ? "exactly " : "by credit "}
			<b className="tabular">{signed(worst.loss)}</b>, rollout {worst.rollout}
			<button type="button" title="Next suspicious token (X)" onClick={nextSuspicious}>
				Next suspicious
			</button>
		</p>
	);
}

interface RowsProps {
	readonly rows: readonly RolloutRow[];
	readonly sort: { readonly column: ColumnId; readonly descending: boolean };
	readonly onSort: (column: ColumnId) => void;
}

function Rows({ rows, sort, onSort }: RowsProps): JSX.Element {
	const [start, setStart] = useState(0);
	const [box, height] = useHeight();
	const { group, pinned } = useStore(selectionStore);
	const { first, last } = windowOf(start, height, ROW_HEIGHT, rows.length);
	// An element keeps its place in the window and changes its text, so that scrolling makes, moves and removes none.
	const shown = rows.slice(first, last).map((row, slot) => ({ row, slot }));
	return (
		<div ref={box} className="rows" onScroll={(e) => setStart(windowStart(e.currentTarget.scrollTop, ROW_HEIGHT))}>
			<table aria-rowcount={rows.length + 1} onKeyDown={moveBetweenRows}>
				<thead>
					<tr>
						{COLUMNS.map(({ id, title, unit }) => (
							<th
								key={id}
								scope="col"
								data-column={id}
								aria-sort={sort.column === id ? (sort.descending ? "descending" : "ascending") : "none"}
							>
								<button type="button" className="quiet" title={unit} onClick={() => onSort(id)}>
									{title} <span aria-hidden="true">{sort.column === id ? (sort.descending ? "↓" : "↑") : ""}</span>
								</button>
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					<Spacer rows={first} />
					{shown.map(({ row, slot }) => (
						<BodyRow
							key={slot}
							row={row}
							index={first + slot}
							chosen={pinned ? pinned.rollout === row.rollout : group === row.group}
						/>
					))}
					<Spacer rows={rows.length - last} />
				</tbody>
			</table>
		</div>
	);
}

/** Stands for rows that are not on screen. */
function Spacer({ rows }: { readonly rows: number }): JSX.Element | null {
	return rows > 0 ? <tr className="spacer-row" style={{ height: rows * ROW_HEIGHT }} /> : null;
}

/** Arrow keys, or J and K, go from one row's button to the next. */
function moveBetweenRows(event: KeyboardEvent<HTMLElement>): void {
	const row = event.target instanceof HTMLElement ? event.target.closest("tbody tr") : null;
	const next =
		event.key === "ArrowDown" || event.key === "j"
			? row?.nextElementSibling
			: event.key === "ArrowUp" || event.key === "k"
				? row?.previousElementSibling
				: null;
	const button = next?.querySelector("button");
	if (!button) return;
	event.preventDefault();
	button.focus();
	button.click();
}

/** Shows the rollout's group in every panel, with its first token of the policy pinned. */
function open({ group, rollout }: RolloutRow): void {
	chooseGroup(group);
	const { latest } = runStore.getState();
	const from = rollout * (latest?.batch.T ?? 0);
	const first = latest?.batch.actionMask.subarray(from, from + latest.batch.T).indexOf(1) ?? -1;
	if (first >= 0) pinToken(rollout, first);
}

interface BodyRowProps {
	readonly row: RolloutRow;
	readonly index: number;
	readonly chosen: boolean;
}

const BodyRow = memo(function BodyRow({ row, index, chosen }: BodyRowProps): JSX.Element {
	return (
		<tr aria-rowindex={index + 2} data-chosen={chosen}>
			<td>{row.group}</td>
			<td>
				<button type="button" className="quiet" title="Show it" onClick={() => open(row)}>
					{row.rollout}
				</button>
			</td>
			<td>{row.success === null ? "" : row.success ? "✓ yes" : "✗ no"}</td>
			<td>{signed(row.value)}</td>
			<td>{row.length}</td>
			<td>{fixed(row.logProb, 3)}</td>
			<td>{fixed(row.entropy, 3)}</td>
			<td>{fixed(row.credit, 2)}</td>
			<td>{row.text}</td>
		</tr>
	);
});
