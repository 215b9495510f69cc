import { type JSX, useCallback, useRef } from "react";
import { useStore } from "zustand";
import { Chart } from "../charts/Chart";
import { drawLegend } from "../charts/legend";
import type { Display } from "../credit/display";
import { significant } from "../format";
import { onHover } from "../hover";
import { setView, type View, viewStore } from "../stores/view";

/** The scale of the selected method, or the locked one of all rows, with its ends and the hovered value as a needle; and its lock. */
export function Legend({ display }: { readonly display: Display }): JSX.Element {
	const lock = useStore(viewStore, (v) => v.lock);
	const row = display.selected;
	const { T } = display.batch;
	const hovered = useRef<number | null>(null);
	const redraws = useCallback(
		(again: () => void) =>
			onHover((token) => {
				hovered.current = token ? (row.values[token.rollout * T + token.token] ?? null) : null;
				again();
			}),
		[row, T],
	);
	const ends = significant(row.scale.limit);
	return (
		<div className="legend-box" title={sentenceOf(row.label, ends, row.scale.kind, lock)}>
			<span className="legend-name">{lock === null ? row.label : "All rows"}</span>
			<Chart
				anySize
				className="legend"
				draw={(element) => drawLegend(element, row.scale, hovered.current)}
				redraws={redraws}
			/>
			<button
				type="button"
				className="quiet icon legend-lock"
				aria-pressed={lock !== null}
				title={
					lock === null ? "One scale for all methods, rollouts and steps" : "A scale of its own for each row again"
				}
				onClick={() => setView({ lock: lock === null ? display.commonLimit : null })}
			>
				<span className="visually-hidden">Lock the colour scale</span>
				<Lock closed={lock !== null} />
			</button>
		</div>
	);
}

function sentenceOf(row: string, ends: string, kind: View["scale"], lock: number | null): string {
	const of = lock === null ? `Colours of ${row}` : "Colours of all rows, rollouts and steps";
	const spread = kind === "linear" ? "in proportion" : "small values spread apart by asinh";
	const others = lock === null ? " Every row has a scale of its own." : "";
	return `${of}: from \u2212${ends} to +${ends}, ${spread}; what lies beyond has the colour of the end.${others}`;
}

/** A padlock; open, its shackle stands to the side. */
const Lock = ({ closed }: { readonly closed: boolean }): JSX.Element => (
	<svg width="12" height="14" viewBox="0 0 12 14" aria-hidden="true">
		<rect x="1" y="6" width="10" height="7.5" rx="1.5" fill="currentColor" />
		<path
			d={closed ? "M3 6V4a3 3 0 0 1 6 0v2" : "M3 6V4a3 3 0 0 1 5.6-1.5"}
			fill="none"
			stroke="currentColor"
			strokeWidth="1.6"
		/>
	</svg>
);
