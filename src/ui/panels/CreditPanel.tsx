import { type JSX, useCallback, useEffect, useRef } from "react";
import { useStore } from "zustand";
import { Chart } from "../charts/Chart";
import { drawCreditStrip } from "../charts/creditStrip";
import { drawLegend } from "../charts/legend";
import type { Comparison } from "../comparison";
import { signed } from "../format";
import { onHover } from "../hover";
import { insightOf } from "../insight";
import { followRun } from "../session";
import { PanelTools } from "../shell/PanelTools";
import { layoutStore, setMarks } from "../stores/layout";
import { runStore } from "../stores/run";
import { chooseGroup, holdRollouts, selectionStore } from "../stores/selection";
import { useComparison } from "../useComparison";
import { EmptyCredit } from "./EmptyCredit";
import { ExactNote } from "./ExactNote";
import { RowsMenu } from "./RowsMenu";
import { listenToStrip } from "./stripListeners";

/** Rollouts of one group as text, with the credit of each token under it. */
export default function CreditPanel(): JSX.Element {
	const comparison = useComparison();
	if (!comparison) return <EmptyCredit />;
	return (
		<div className="credit">
			<CreditHead comparison={comparison} />
			<Insight comparison={comparison} />
			<ExactNote comparison={comparison} />
			<Strip comparison={comparison} />
		</div>
	);
}

function CreditHead({ comparison }: { comparison: Comparison }): JSX.Element {
	const { groups, group, prompt, batch, members } = comparison;
	const at = groups.indexOf(group);
	const to = (i: number) => chooseGroup(groups[(i + groups.length) % groups.length] as number);
	const mean = members.reduce((sum, b) => sum + (batch.returns[b] as number), 0) / members.length;
	return (
		<div className="credit-head">
			<fieldset className="group-picker" aria-label="Group">
				<button type="button" className="quiet icon" title="Previous group" onClick={() => to(at - 1)}>
					<span className="visually-hidden">Previous group</span>
					<span aria-hidden="true">‹</span>
				</button>
				<span className="tabular">
					Group {at + 1} of {groups.length}
				</span>
				<button type="button" className="quiet icon" title="Next group" onClick={() => to(at + 1)}>
					<span className="visually-hidden">Next group</span>
					<span aria-hidden="true">›</span>
				</button>
			</fieldset>
			<p className="prompt" title={prompt}>
				<span className="muted">Prompt</span> <code>{prompt || "(empty)"}</code>
			</p>
			<p className="muted tabular">
				{members.length} rollouts, mean return {signed(mean)}
			</p>
			<PanelTools>
				<Legend comparison={comparison} />
				<RowsMenu trained={comparison.latest.credit.method} />
				<MarksButton />
				<FollowButton step={comparison.step} />
			</PanelTools>
		</div>
	);
}

function Insight({ comparison }: { comparison: Comparison }): JSX.Element | null {
	const sentence = insightOf(comparison);
	return sentence ? <p className="insight">{sentence}</p> : null;
}

function MarksButton(): JSX.Element {
	const marks = useStore(layoutStore, (l) => l.marks);
	return (
		<button
			type="button"
			className="quiet"
			aria-pressed={marks === "bars"}
			title="Credit as bars above and below a base line"
			onClick={() => setMarks(marks === "bars" ? "cells" : "bars")}
		>
			Bars
		</button>
	);
}

function FollowButton({ step }: { step: number }): JSX.Element {
	const hold = useStore(selectionStore, (s) => s.hold);
	const waiting = useStore(runStore, (r) => r.waiting?.step);
	const newer = waiting === undefined ? "" : `, show ${waiting}`;
	return (
		<button
			type="button"
			className="quiet follow tabular"
			aria-pressed={hold}
			title={hold ? "Show the latest rollouts again (Esc)" : "Keep these rollouts on screen"}
			onClick={hold ? followRun : holdRollouts}
		>
			{hold ? `Held at step ${step}${newer}` : `Step ${step}`}
		</button>
	);
}

function Legend({ comparison }: { comparison: Comparison }): JSX.Element {
	const row = comparison.trained;
	const { T } = comparison.batch;
	const { scale } = row;
	const hovered = useRef<number | null>(null);
	const redraws = useCallback(
		(again: () => void) =>
			onHover((token) => {
				hovered.current = token ? (row.values[token.rollout * T + token.token] ?? null) : null;
				again();
			}),
		[row, T],
	);
	return (
		<div className="legend-box" title="Scale of the credit; small values are spread apart by asinh">
			<span className="legend-name">{row.label}</span>
			<Chart className="legend" draw={(element) => drawLegend(element, scale, hovered.current)} redraws={redraws} />
		</div>
	);
}

function Strip({ comparison }: { comparison: Comparison }): JSX.Element {
	const pinned = useStore(selectionStore, (s) => s.pinned);
	const marks = useStore(layoutStore, (l) => l.marks);
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => listenToStrip(box.current as HTMLElement), []);
	const label = `Rollouts of group ${comparison.group} at step ${comparison.step}, with the credit of each token`;
	return (
		<div ref={box} className="strip-box">
			<Chart draw={(element) => drawCreditStrip(element, comparison, { pinned, marks, label })} />
		</div>
	);
}
