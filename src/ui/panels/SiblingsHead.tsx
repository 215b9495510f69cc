import type { JSX } from "react";
import { useStore } from "zustand";
import type { Display } from "../credit/display";
import { chooseSibling, moveChosenSibling, type Pair, siblingsOf } from "../siblings/pair";
import { selectionStore } from "../stores/selection";
import { partingOf, verdictOf } from "./sideTexts";

interface Props {
	readonly display: Display;
	readonly pair: Pair;
	/** Tokens that both begin with. */
	readonly shared: number;
}

/** Which two stand side by side, and where they part. */
export function SiblingsHead({ display, pair, shared }: Props): JSX.Element {
	const { batch } = display;
	const { left, right } = pair;
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const siblings = siblingsOf(display, left, pinned);
	return (
		<header className="siblings-head">
			<p className="insight" role="status">
				{partingOf(display, [left, right], shared)}
			</p>
			<div className="side-line">
				<p title="H and L go to another rollout of the group">
					Rollout {left} <b className="tabular">{verdictOf(batch, left)}</b>
				</p>
				<p>
					<span>
						Rollout
						<span className="printed">
							{" "}
							{right} <b className="tabular">{verdictOf(batch, right)}</b>
						</span>
					</span>
					<select
						aria-label="Sibling on the right"
						title="Those first that part from it in the same turn and came out otherwise"
						value={right}
						onChange={(e) => chooseSibling(Number(e.target.value), pair)}
					>
						{siblings.map(({ rollout, shared: alike }) => (
							<option key={rollout} value={rollout}>
								{`${rollout} ${verdictOf(batch, rollout)}, ${alike} alike`}
							</option>
						))}
					</select>
					<button type="button" title="Next sibling (=)" onClick={() => moveChosenSibling(1)}>
						Next
					</button>
				</p>
			</div>
		</header>
	);
}
