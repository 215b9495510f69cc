import type { Span } from "./parts";
import type { Line } from "./sideBySide";

/** Lines that read the same, folded into one; or a line that does not, or that was opened. */
export type Row =
	| { readonly kind: "fold"; readonly key: number; readonly lines: readonly Line[] }
	| {
			readonly kind: "line";
			readonly key: number;
			readonly line: Line;
			/** Tokens at its start that are not drawn, because both rollouts share them. */
			readonly skipped: number;
	  };

/** Tokens at the start of a long part that both rollouts share are folded but for so many. */
const CONTEXT = 16;
/** A pinned token so close before the place where two rollouts part is drawn with it. */
const NEAR = 200;
/** Fewer than this are not worth folding. */
const LEAST = 12;

/**
 * Folds runs of lines that read the same, but for those that were opened and the one with the pinned token.
 * @param opened places of lines that were opened.
 */
export function foldAlike(
	lines: readonly Line[],
	opened: ReadonlySet<number>,
	isPinned: (line: Line) => boolean,
): Row[] {
	const rows: Row[] = [];
	let run: Line[] = [];
	const endRun = (end: number) => {
		if (run.length > 0) rows.push({ kind: "fold", key: end - run.length, lines: run });
		run = [];
	};
	lines.forEach((line, k) => {
		if (line.alike && !opened.has(k) && !isPinned(line)) run.push(line);
		else {
			endRun(k);
			rows.push({ kind: "line", key: k, line, skipped: 0 });
		}
	});
	endRun(lines.length);
	return rows;
}

/**
 * Leaves out what two rollouts share of the part in which they part, but for its end, if that is much and was not opened.
 * @param shared tokens that both begin with. @param pinned token that stays on screen unless it is far from where they part, -1 for none.
 */
export function withoutShared(
	rows: readonly Row[],
	opened: ReadonlySet<number>,
	shared: number,
	pinned: number,
): Row[] {
	const parting = rows.find((row) => row.kind === "line" && !row.line.alike);
	const isNear = pinned >= 0 && pinned < shared && shared - pinned <= NEAR;
	const context = isNear ? Math.max(CONTEXT, shared - pinned) : CONTEXT;
	return rows.map((row) => {
		const from = row.kind === "line" ? (row.line.left ?? row.line.right)?.from : undefined;
		if (row !== parting || row.kind !== "line" || from === undefined || opened.has(row.key)) return row;
		const skipped = shared - context - from;
		if (skipped < LEAST) return row;
		const { left, right } = row.line;
		return { ...row, skipped, line: { ...row.line, left: skip(left, skipped), right: skip(right, skipped) } };
	});
}

const skip = (span: Span | null, by: number): Span | null => span && { from: span.from + by, to: span.to };

/**
 * Cuts rows so that at most `budget` tokens are drawn: those of the rows before the cut as they are, of the row at the cut as many as
 * there is room for, nothing after it, folds included: they would stand right below a row that they do not follow.
 * @returns the rows, and how many tokens were left out.
 */
export function withinBudget(rows: readonly Row[], budget: number): { rows: Row[]; hidden: number } {
	let room = budget;
	let hidden = 0;
	const kept: Row[] = [];
	for (const row of rows) {
		const wanted = row.kind === "line" ? sizeOf(row.line.left) + sizeOf(row.line.right) : 0;
		const each = Math.floor(room / 2);
		if (hidden > 0) hidden += wanted;
		else if (row.kind === "fold" || wanted <= room) {
			kept.push(row);
			room -= wanted;
		} else {
			const line = { ...row.line, left: cutTo(row.line.left, each), right: cutTo(row.line.right, each) };
			const drawn = sizeOf(line.left) + sizeOf(line.right);
			if (drawn > 0) kept.push({ ...row, line });
			hidden = wanted - drawn;
		}
	}
	return { rows: kept, hidden };
}

const sizeOf = (span: Span | null): number => (span ? span.to - span.from : 0);
const cutTo = (span: Span | null, most: number): Span | null =>
	span && { from: span.from, to: Math.min(span.to, span.from + most) };
