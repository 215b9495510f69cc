import { useDeferredValue, useMemo, useState } from "react";
import type { Sorting } from "./RowsTable";
import { type ColumnId, filterRows, type RolloutRow, sortRows } from "./rolloutRows";

/** Rows filtered by a text and sorted by a column, with what changes the two. */
export function useRows(all: readonly RolloutRow[], first: ColumnId) {
	const [filter, setFilter] = useState("");
	const [sort, setSort] = useState<Sorting>({ column: first, descending: false });
	const wanted = useDeferredValue(filter);
	const { rows: kept, problem } = useMemo(() => filterRows(all, wanted), [all, wanted]);
	const rows = useMemo(() => sortRows(kept, sort.column, sort.descending), [kept, sort]);
	const sortBy = (column: ColumnId) =>
		setSort((s) => ({ column, descending: s.column === column ? !s.descending : column !== first }));
	return { rows, problem, filter, setFilter, sort, sortBy };
}
