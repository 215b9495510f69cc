import type { JSX } from "react";
import { useStore } from "zustand";
import { Chart } from "../charts/Chart";
import { type CreditRow, drawCreditStrip } from "../charts/creditStrip";
import type { Display } from "../credit/display";
import { signed } from "../format";
import type { Pair } from "../siblings/pair";
import type { Cut, Span } from "../siblings/parts";
import type { Line } from "../siblings/sideBySide";
import { layoutStore } from "../stores/layout";
import { selectionStore } from "../stores/selection";
import { useComparison } from "../useComparison";
import { paidFor, textOf } from "./sideTexts";

interface Shown {
	readonly display: Display;
	readonly pair: Pair;
	readonly unit: Cut["unit"];
	readonly partsOf: Cut["partsOf"];
	/** Tokens that both rollouts begin with. */
	readonly shared: number;
	/** Rows of credit under each token. */
	readonly credit: readonly CreditRow[];
}

interface LineProps extends Shown {
	readonly line: Line;
	/** Tokens at its start that both share and that are not drawn. */
	readonly skipped: number;
	readonly onOpen: () => void;
}

/** What both rollouts did at one place of their course, with the credit of it. */
export function SideLine(props: LineProps): JSX.Element {
	const { line, pair, skipped, onOpen } = props;
	return (
		<>
			{skipped > 0 ? (
				<button type="button" className="side-fold quiet" title="Show them with their credit" onClick={onOpen}>
					{skipped} tokens before, alike
				</button>
			) : null}
			<div className="side-line">
				<Side {...props} rollout={pair.left} span={line.left} />
				<Side {...props} rollout={pair.right} span={line.right} />
			</div>
		</>
	);
}

interface SideProps extends Shown {
	readonly rollout: number;
	readonly span: Span | null;
}

function Side({ display, unit, partsOf, shared, credit, rollout, span }: SideProps): JSX.Element {
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const marks = useStore(layoutStore, (l) => l.marks);
	if (!span) return <p className="side-none muted">nothing beside it</p>;
	const name = nameOf(unit, partsOf(rollout), span);
	const segments = [{ rollout, ...span }];
	const parting = [{ rollout, token: shared }];
	const label = `${name || "Text"} of rollout ${rollout}, with the credit of each token`;
	return (
		<div className="side">
			<p className="side-name muted">
				{name}
				<Paid display={display} rollout={rollout} span={span} />
			</p>
			<Chart
				anySize
				draw={(element) =>
					drawCreditStrip(
						element,
						{ ...display, rows: credit, segments, parting },
						{ pinned, marks, label, selected: display.selected.id },
					)
				}
			/>
		</div>
	);
}

/** `Turn 3`, counted from 1; empty where a rollout is not cut into parts. */
function nameOf(unit: Cut["unit"], parts: readonly Span[], span: Span): string {
	if (unit === "rollout") return "";
	const at = parts.findIndex(({ to }) => span.from < to) + 1;
	return `${unit === "turn" ? "Turn" : "Step"} ${at}`;
}

/** `Turns 1 to 3`. */
function namesOf(unit: Cut["unit"], parts: readonly Span[], spans: readonly Span[]): string {
	const [from, to] = [spans[0], spans.at(-1)].map((span) => (span ? nameOf(unit, parts, span) : ""));
	return !from || !to || from === to ? (from ?? "") : `${from.replace(" ", "s ")} to ${to.replace(/^\D+/, "")}`;
}

/** Credit of all the policy's tokens of a part together: exact, and of the selected method. */
function Paid({ display, rollout, span }: Pick<SideProps, "display" | "rollout"> & { span: Span }): JSX.Element {
	// Rows as the methods gave them: those of the display may be summed over units already.
	const rows = useComparison()?.rows ?? [];
	const { batch, exact, selected } = display;
	const wanted = rows.filter((row) => row.id === exact?.id || row.id === selected.id);
	return (
		<span className="side-paid tabular" title="Credit of its tokens together">
			{wanted.map((row) => (
				<span key={row.id}>
					{row.label} <b>{row.pending ? "…" : signed(paidFor(row, batch, rollout, span))}</b>
				</span>
			))}
		</span>
	);
}

interface FoldProps extends Shown {
	/** Lines that read the same on both sides. */
	readonly lines: readonly Line[];
	readonly onOpen: () => void;
}

/** Lines that read the same, as one. */
export function FoldedLines({ display, pair, unit, partsOf, lines, onOpen }: FoldProps): JSX.Element | null {
	const [first, last] = [lines[0]?.left, lines.at(-1)?.left];
	if (!first || !last) return null;
	const name = namesOf(
		unit,
		partsOf(pair.left),
		lines.flatMap(({ left }) => left ?? []),
	);
	const other = namesOf(
		unit,
		partsOf(pair.right),
		lines.flatMap(({ right }) => right ?? []),
	);
	return (
		<button type="button" className="side-fold quiet" title="Show them with their credit" onClick={onOpen}>
			<span>
				{name || "All of it"}, alike{other === name ? "" : ` (${other.toLowerCase()} on the right)`}
			</span>
			<code>{textOf(display, pair.left, { from: first.from, to: last.to })}</code>
		</button>
	);
}
