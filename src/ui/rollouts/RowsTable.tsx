import { type JSX, type KeyboardEvent, memo, type ReactNode, useState } from "react";
import { useHeight } from "../charts/useExtent";
import type { ColumnId, RolloutRow } from "./rolloutRows";
import { placeAt, TOP, windowOf } from "./window";

const ROW_HEIGHT = 26;

export interface Sorting {
	readonly column: ColumnId;
	readonly descending: boolean;
}

export interface Column {
	readonly id: ColumnId;
	readonly title: string;
	readonly unit: string;
	readonly cell: (row: RolloutRow) => ReactNode;
}

interface Props {
	readonly rows: readonly RolloutRow[];
	readonly columns: readonly Column[];
	readonly sort: Sorting;
	readonly onSort: (column: ColumnId) => void;
	readonly onOpen: (row: RolloutRow) => void;
	readonly isChosen: (row: RolloutRow) => boolean;
}

/** A long list of rollouts; only the rows in view are in the page. Arrow keys, J and K go from row to row. */
export function RowsTable({ rows, columns, sort, onSort, onOpen, isChosen }: Props): JSX.Element {
	const [place, setPlace] = useState(TOP);
	const [box, height] = useHeight();
	const { first, last } = windowOf(place, height, ROW_HEIGHT, rows.length);
	// An element keeps its place in the window and changes its text, so that scrolling makes, moves and removes none.
	const shown = rows.slice(first, last).map((row, slot) => ({ row, slot }));
	return (
		<div
			ref={box}
			className="rows"
			onScroll={(e) => {
				const { scrollTop } = e.currentTarget;
				setPlace((before) => placeAt(before, scrollTop, height, ROW_HEIGHT));
			}}
		>
			<table aria-rowcount={rows.length + 1} onKeyDown={moveBetweenRows}>
				<thead>
					<tr>
						{columns.map(({ id, title, unit }) => (
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
							chosen={isChosen(row)}
							columns={columns}
							onOpen={onOpen}
						/>
					))}
					<Spacer rows={rows.length - last} />
				</tbody>
			</table>
		</div>
	);
}

interface BodyRowProps extends Pick<Props, "columns" | "onOpen"> {
	readonly row: RolloutRow;
	readonly index: number;
	readonly chosen: boolean;
}

const BodyRow = memo(function BodyRow({ row, index, chosen, columns, onOpen }: BodyRowProps): JSX.Element {
	return (
		<tr aria-rowindex={index + 2} data-chosen={chosen}>
			{columns.map(({ id, cell }) => (
				<td key={id} data-column={id}>
					{id === "rollout" ? (
						<button type="button" className="quiet" title="Show it" onClick={() => onOpen(row)}>
							{cell(row)}
						</button>
					) : (
						cell(row)
					)}
				</td>
			))}
		</tr>
	);
});

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
