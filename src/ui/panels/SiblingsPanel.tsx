import { type JSX, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { grouped } from "../../engine/core/plural";
import { creditCsv } from "../credit/creditCsv";
import { type Display, rowsWithin } from "../credit/display";
import { usePanelCsv } from "../figures/publishedCsv";
import { foldAlike, type Row, withinBudget, withoutShared } from "../siblings/folds";
import { cutFor, type Pair, pairFor, pairStore } from "../siblings/pair";
import type { Span } from "../siblings/parts";
import { type Line, sharedTokens, sideBySide } from "../siblings/sideBySide";
import { selectionStore } from "../stores/selection";
import { useDisplay } from "../useDisplay";
import { SiblingsHead } from "./SiblingsHead";
import { FoldedLines, SideLine } from "./SideLine";
import { leaveSides, listenToSides } from "./sideListeners";
import "../styles/siblings.css";

/** Two rollouts of a group side by side: where they part, and what each was paid for it. */
export default function SiblingsPanel(): JSX.Element {
	const display = useDisplay();
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const before = useStore(pairStore, (p) => p.pair);
	const pair = display && pairFor(display, pinned, before);
	useEffect(() => {
		if (pair) pairStore.setState({ pair });
	}, [pair]);
	usePanelCsv("siblings", () => (display && pair ? creditCsv(display, [pair.left, pair.right]) : null));
	if (!display)
		return <p className="muted padded">Two rollouts of a group stand here side by side once a run is on.</p>;
	if (!pair) return <p className="muted padded">This group has one rollout: nothing can stand beside it.</p>;
	return <Siblings key={`${pair.left} ${pair.right}`} display={display} pair={pair} />;
}

/** Tokens that are drawn at first, and more at each wish. */
const BUDGET = 1000;

function Siblings({ display, pair }: { readonly display: Display; readonly pair: Pair }): JSX.Element {
	const { batch } = display;
	const { left, right } = pair;
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
	const [budget, setBudget] = useState(BUDGET);
	const box = useRef<HTMLDivElement>(null);
	const { unit, partsOf } = cutFor(display);
	const lines = useMemo(() => sideBySide(batch, [left, right], partsOf), [batch, left, right, partsOf]);
	const shared = useMemo(() => sharedTokens(batch, left, right), [batch, left, right]);
	useEffect(() => listenToSides(box.current as HTMLElement), []);
	useLayoutEffect(() => {
		const element = box.current as HTMLElement;
		return () => leaveSides(element);
	}, []);
	const open = (places: readonly number[]) => setOpened(new Set([...opened, ...places]));
	const holdsPin = ({ left: l, right: r }: Line) =>
		(pinned?.rollout === left && holds(l, pinned.token)) || (pinned?.rollout === right && holds(r, pinned.token));
	const all = withoutShared(foldAlike(lines, opened, holdsPin), opened, shared, pinned?.token ?? -1);
	const { rows, hidden } = withinBudget(all, budget);
	const drawsPin = (some: readonly Row[]) => some.some((row) => row.kind === "line" && holdsPin(row.line));
	const pinHidden = drawsPin(all) && !drawsPin(rows);
	const shown = { display, pair, unit, shared, partsOf, credit: rowsWithin(display, 2 * budget) };
	return (
		<div className="siblings">
			<SiblingsHead display={display} pair={pair} shared={shared} />
			<div ref={box} className="sides" tabIndex={-1}>
				{rows.map((row) =>
					row.kind === "fold" ? (
						<FoldedLines
							key={row.key}
							{...shown}
							lines={row.lines}
							onOpen={() => open(row.lines.map((_, i) => row.key + i))}
						/>
					) : (
						<SideLine key={row.key} {...shown} line={row.line} skipped={row.skipped} onOpen={() => open([row.key])} />
					),
				)}
				{hidden > 0 ? (
					<button type="button" className="more" onClick={() => setBudget(budget + BUDGET)}>
						{grouped(hidden)} more tokens{pinHidden ? ", the pinned one among them" : ""}
					</button>
				) : null}
			</div>
		</div>
	);
}

const holds = (span: Span | null, token: number): boolean => span !== null && token >= span.from && token < span.to;
