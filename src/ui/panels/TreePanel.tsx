import { type JSX, useCallback, useMemo, useRef } from "react";
import { useStore } from "zustand";
import { Chart } from "../charts/Chart";
import { type HoveredToken, onHover } from "../hover";
import { pinToken, selectionStore } from "../stores/selection";
import { prefixTreeOf } from "../tree/prefixTree";
import { drawTree } from "../tree/treeChart";
import { useComparison } from "../useComparison";

/** The rollouts of the group as a tree of shared prefixes: where they part, and what each branch was worth. */
export default function TreePanel(): JSX.Element {
	const comparison = useComparison();
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const root = useMemo(() => (comparison ? prefixTreeOf(comparison.batch, comparison.members) : null), [comparison]);
	const hovered = useRef<HoveredToken | null>(null);
	const redraws = useCallback(
		(again: () => void) =>
			onHover((token) => {
				hovered.current = token;
				again();
			}),
		[],
	);
	if (!comparison || !root)
		return <p className="muted padded">Shared beginnings of a group's rollouts appear here once a run is on.</p>;
	return (
		<div className="tree">
			<p className="tree-note muted">
				Rollouts that begin alike are one bar until they part. Colour: mean return of a branch, against the branch it
				leaves.
			</p>
			<div className="tree-plot" ref={listenToTree}>
				<Chart
					className="chart"
					redraws={redraws}
					draw={(element, size) =>
						size.width > 0 && drawTree(element, { ...comparison, root }, { ...size, pinned, hovered: hovered.current })
					}
				/>
			</div>
		</div>
	);
}

/** A click on a branch pins its first token. */
function listenToTree(box: HTMLElement | null): (() => void) | undefined {
	if (!box) return undefined;
	const onClick = (event: MouseEvent) => {
		const node = event.target instanceof Element ? event.target.closest<SVGGElement>("g.node") : null;
		if (node) pinToken(Number(node.dataset.rollout), Number(node.dataset.token));
	};
	box.addEventListener("click", onClick);
	return () => box.removeEventListener("click", onClick);
}
