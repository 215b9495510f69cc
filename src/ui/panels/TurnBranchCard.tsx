import type { JSX } from "react";
import { useStore } from "zustand";
import { plural } from "../../engine/core/plural";
import { type Mean, valueRise } from "../../engine/oracle/continuations";
import type { Display } from "../credit/display";
import { fixed, signed } from "../format";
import { ROUNDED } from "../recording/rounded";
import { selectionStore } from "../stores/selection";
import { exactTotals } from "../tree/treeNumbers";
import {
	closeTurnBranch,
	foundText,
	isOnScreen,
	SAMPLES,
	sampleOn,
	stopTurnBranch,
	type TurnBranch,
	turnBranchStore,
	valueAfter,
	type Way,
	waysOf,
} from "../turnBranch";
import { useComparison } from "../useComparison";
import { paidFor, textOf } from "./sideTexts";

/** The branch that was asked for at the pinned token, if it is of the rollouts on screen. */
export function useTurnBranch(): TurnBranch | null {
	const branch = useStore(turnBranchStore, (s) => s.branch);
	useStore(selectionStore, (s) => s.pinned);
	return branch && isOnScreen(branch) ? branch : null;
}

interface Props {
	readonly branch: TurnBranch;
	readonly display: Display;
}

/** What a turn was worth: the value before and after it and its credit, exact and from continuations, and what was done instead. */
export function TurnBranchCard({ branch, display }: Props): JSX.Element {
	const { rollout, span, unit, samples, busy, problem } = branch;
	return (
		<aside className="branch-card turn-branch" aria-label={`Branch at a ${unit}`}>
			<header>
				<p className="branch-path">
					<span className="muted">{unit}</span> <code>{textOf(display, rollout, span)}</code>
				</p>
				<select
					aria-label="Ways on from each"
					value={samples}
					disabled={busy}
					onChange={(e) => void sampleOn({ ...branch, samples: Number(e.target.value) })}
				>
					{SAMPLES.map((n) => (
						<option key={n} value={n}>
							{n} ways on
						</option>
					))}
				</select>
				<button
					type="button"
					title={busy ? "Keep what was found" : "Other ways on, by another seed"}
					onClick={busy ? stopTurnBranch : () => void sampleOn({ ...branch, seed: branch.seed + 1 })}
				>
					{busy ? "Stop" : "Again"}
				</button>
				<p role="status" className="branch-status muted tabular">
					{busy ? progressOf(branch) : problem ? "" : foundText(branch)}
					{branch.of.recorded && !problem ? ` Policy ${ROUNDED}.` : ""}
				</p>
				<button type="button" className="quiet icon" title="Back to the branch of the tree" onClick={closeTurnBranch}>
					<span className="visually-hidden">Close</span>
					<span aria-hidden="true">×</span>
				</button>
			</header>
			{problem ? (
				<p className="muted">{problem}</p>
			) : (
				<div className="branch-tables">
					<Values branch={branch} display={display} />
					<Ways branch={branch} display={display} />
				</div>
			)}
		</aside>
	);
}

function progressOf({ before, after, samples, ended }: TurnBranch): string {
	const done = (before?.values.length ?? 0) + (after?.values.length ?? 0);
	return `${done} of ${ended === null ? 2 * samples : samples}`;
}

/** Value before and after, and the difference, exact beside sampled. */
function Values({ branch, display }: Props): JSX.Element {
	const { rollout, span, ended } = branch;
	const rows = useComparison()?.rows ?? [];
	const method = rows.find((row) => row.id === display.selected.id);
	const totals = exactTotals(display);
	const exactAt = (t: number) => totals?.[rollout * (display.batch.T + 1) + t] ?? Number.NaN;
	const before = branch.before?.values.at(-1) ?? null;
	const after = valueAfter(branch);
	const exact = { before: exactAt(span.from), after: exactAt(span.to) };
	const range = rangeOf([before, after], [exact.before, exact.after]);
	return (
		<table className="branch-values tabular">
			<thead>
				<tr>
					<td />
					<th scope="col">exact</th>
					<th scope="col" colSpan={2} title="With the interval that holds it in 95 of 100 cases">
						sampled
					</th>
				</tr>
			</thead>
			<tbody>
				<Value name="before" exact={exact.before} sampled={before} range={range} />
				<Value name={ended === null ? "after" : "at the end"} exact={exact.after} sampled={after} range={range} />
				<Value
					name="credit"
					exact={exact.after - exact.before}
					sampled={before && after && valueRise(before, after)}
					range={null}
				/>
			</tbody>
			{method ? (
				<caption>
					{method.label} paid it <b>{signed(paidFor(method, display.batch, rollout, span))}</b>, in a unit of its own.
				</caption>
			) : null}
		</table>
	);
}

type Range = readonly [low: number, high: number];

function rangeOf(means: readonly (Mean | null)[], others: readonly number[]): Range {
	const shown = [...means.flatMap((m) => (m ? [m.lo, m.hi] : [])), ...others.filter((x) => !Number.isNaN(x))];
	const [low, high] = [Math.min(...shown), Math.max(...shown)];
	return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

interface ValueProps {
	readonly name: string;
	readonly exact: number;
	readonly sampled: Mean | null;
	/** Values between which the bar is drawn; null for none. */
	readonly range: Range | null;
}

function Value({ name, exact, sampled, range }: ValueProps): JSX.Element {
	return (
		<tr>
			<th scope="row">{name}</th>
			<td>{Number.isNaN(exact) ? "–" : signed(exact, 3)}</td>
			<td>
				{sampled ? (
					<b title={`${fixed(sampled.lo, 3)} to ${fixed(sampled.hi, 3)} at 95 %`}>{signed(sampled.mean, 2)}</b>
				) : (
					"–"
				)}
			</td>
			<td className="branch-bar">
				{sampled && range ? (
					<Bar exact={exact} sampled={sampled} range={range} />
				) : sampled ? (
					<span className="muted">
						{fixed(sampled.lo)} to {fixed(sampled.hi)}
					</span>
				) : null}
			</td>
		</tr>
	);
}

/** The interval as a bar, the mean as a dot, exact as a line across. */
function Bar({ exact, sampled, range: [low, high] }: { exact: number; sampled: Mean; range: Range }): JSX.Element {
	const at = (x: number) => `${(100 * (x - low)) / (high - low)}%`;
	return (
		<span className="branch-track" aria-hidden="true">
			<i className="bar" style={{ left: at(sampled.lo), right: `calc(100% - ${at(sampled.hi)})` }} />
			<i className="dot" style={{ left: at(sampled.mean) }} />
			{Number.isNaN(exact) ? null : <i className="level" style={{ left: at(exact) }} />}
		</span>
	);
}

/** Ways that are listed. */
const MOST_WAYS = 5;

/** What was done in the place of the turn, how often, and what it returned. */
function Ways({ branch, display }: Props): JSX.Element | null {
	const { before, rollout, span, unit } = branch;
	const { batch, tokens } = display;
	if (!before || before.continuations.length === 0) return null;
	const at = rollout * batch.T;
	const own = batch.tokens.subarray(at + span.from, at + span.to).join();
	const ways = waysOf(before.continuations, unit === "turn" ? null : span.to - span.from);
	const isOwn = (way: Way) => way.tokens.join() === own;
	const most = ways.slice(0, MOST_WAYS);
	// What was done here is listed however rare it is.
	const rare = ways.slice(MOST_WAYS).filter(isOwn);
	const listed = [...most.slice(0, MOST_WAYS - rare.length), ...rare];
	const more = ways.length - listed.length;
	return (
		<table className="branch-ways tabular">
			<thead>
				<tr>
					<th scope="col">from before it</th>
					<th scope="col">ways</th>
					<th scope="col" title="Mean return of the ways">
						return
					</th>
				</tr>
			</thead>
			<tbody>
				{listed.map((way) => (
					<tr key={way.tokens.join()} data-own={isOwn(way)}>
						<th scope="row">
							{isOwn(way) ? <span className="own-word muted">as here </span> : null}
							<code>{way.tokens.map((id) => tokens[id] ?? `#${id}`).join(" ") || "nothing"}</code>
						</th>
						<td>{way.count}</td>
						<td>{signed(way.mean)}</td>
					</tr>
				))}
			</tbody>
			{more > 0 ? <caption className="muted">{`and ${plural(more, "other way")}`}</caption> : null}
		</table>
	);
}
