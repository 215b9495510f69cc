import { type JSX, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { Chart } from "../charts/Chart";
import { drawCreditStrip } from "../charts/creditStrip";
import { type Display, rowsWithin } from "../credit/display";
import { pageOf, pagesOf, type Segment, tokensOf } from "../credit/pages";
import { layoutStore } from "../stores/layout";
import { selectionStore } from "../stores/selection";
import { listenToStrip } from "./stripListeners";

/** The text of the group's rollouts with their credit, a page at a time. */
export function StripBox({ display }: { readonly display: Display }): JSX.Element {
	const { batch, members } = display;
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const marks = useStore(layoutStore, (l) => l.marks);
	const pages = useMemo(() => pagesOf(batch.lengths, members), [batch, members]);
	const [chosen, choose] = useState(0);
	useEffect(() => choose(pinned ? pageOf(pages, pinned.rollout, pinned.token) : 0), [pages, pinned]);
	const at = Math.min(chosen, pages.length - 1);
	const segments = pages[at] ?? [];
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => listenToStrip(box.current as HTMLElement), []);
	const rows = rowsWithin(display, tokensOf(segments));
	const label = `Rollouts of group ${display.group} at step ${display.step}, with the credit of each token`;
	return (
		<div ref={box} className="strip-box">
			<Chart
				anySize
				draw={(element) =>
					drawCreditStrip(
						element,
						{ ...display, rows, segments },
						{ pinned, marks, label, selected: display.selected.id },
					)
				}
			/>
			{pages.length > 1 ? <Pager pages={pages} at={at} onChoose={choose} /> : null}
		</div>
	);
}

interface PagerProps {
	readonly pages: readonly (readonly Segment[])[];
	readonly at: number;
	readonly onChoose: (page: number) => void;
}

function Pager({ pages, at, onChoose }: PagerProps): JSX.Element {
	const [first] = pages[at] ?? [];
	const part = first && first.from > 0 ? `, from token ${first.from}` : "";
	return (
		<nav className="pager" aria-label="Pages of rollouts">
			<button type="button" disabled={at === 0} onClick={() => onChoose(at - 1)}>
				Back
			</button>
			<span className="tabular">
				Page {at + 1} of {pages.length}
				{part}
			</span>
			<button type="button" disabled={at === pages.length - 1} onClick={() => onChoose(at + 1)}>
				More rollouts
			</button>
		</nav>
	);
}
