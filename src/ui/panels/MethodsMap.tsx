import { type JSX, useCallback, useEffect, useMemo } from "react";
import { useStore } from "zustand";
import { colouredBy } from "../charts/creditScale";
import type { Display } from "../credit/display";
import { answersOf, methodRowsOf, orderedRows } from "../credit/methodRows";
import { watchAllMethods } from "../lab";
import { runStore } from "../stores/run";
import { selectionStore } from "../stores/selection";
import { viewStore } from "../stores/view";
import { HeatmapBox } from "./HeatmapBox";

/** The map is as high as this at most, whatever the number of methods. */
const HEIGHT = 44;

/** All methods × tokens of one rollout on a few lines: where they agree, and where to look. */
export function MethodsMap({ display }: { readonly display: Display }): JSX.Element | null {
	const shown = useStore(viewStore, (v) => v.map);
	return shown ? <MapOf display={display} /> : null;
}

function MapOf({ display }: { readonly display: Display }): JSX.Element {
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const beside = useStore(runStore, (r) => r.beside);
	const known = useStore(runStore, (r) => r.exact);
	const scale = useStore(viewStore, (v) => v.scale);
	const lock = useStore(viewStore, (v) => v.lock);
	const resting = useStore(runStore, (r) => r.phase !== "training");
	const held = useStore(selectionStore, (s) => s.hold);
	// While rollouts come and go nobody reads all methods here, and asking them all would slow the run down.
	useEffect(() => (resting || held ? watchAllMethods("glance") : undefined), [resting, held]);
	const { batch, exact } = display;
	const rollout = pinned?.rollout ?? display.members[0] ?? 0;
	const answers = answersOf(display, beside);
	const data = useMemo(() => {
		const from = rollout * batch.T;
		const columns = batch.lengths[rollout] as number;
		const methods = orderedRows(methodRowsOf(display, answers, known), "error");
		const part = (values: Float64Array) => values.subarray(from, from + columns);
		const rows = [...(exact && !exact.pending ? [exact] : []), ...methods];
		return {
			rows: rows.map(({ label, values, scale: own }) => ({
				label,
				values: part(values),
				scale: colouredBy(own, { scale, lock }),
			})),
			columns,
			mask: batch.actionMask.subarray(from, from + columns),
		};
	}, [display, batch, exact, answers, known, rollout, scale, lock]);
	const columnOf = useCallback(
		(token: { rollout: number; token: number }) => (token.rollout === rollout ? token.token : -1),
		[rollout],
	);
	const many = data.rows.length;
	return (
		<div className="methods-map">
			<span className="muted" title="Top to bottom: exact where it is known, then methods, the nearest to it first">
				Rollout {rollout}
				<br />
				{many} rows
			</span>
			<HeatmapBox
				data={data}
				rowHeight={Math.max(1, Math.min(6, Math.floor(HEIGHT / many)))}
				columnName="tokens"
				tokenAt={(token) => ({ rollout, token })}
				columnOf={columnOf}
			/>
		</div>
	);
}
