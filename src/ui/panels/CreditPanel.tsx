import type { JSX } from "react";
import { useStore } from "zustand";
import { plural } from "../../engine/core/plural";
import { LINE_BREAK } from "../../engine/core/writing";
import type { Comparison } from "../comparison";
import { creditCsv } from "../credit/creditCsv";
import type { Display } from "../credit/display";
import { openWhole } from "../embed";
import { isEmbedded } from "../embedded";
import { usePanelCsv } from "../figures/publishedCsv";
import { fileStore } from "../files/fileStore";
import { isOfFiles } from "../files/openFiles";
import { signed } from "../format";
import { insightOf } from "../insight";
import { followRun } from "../session";
import { Menu } from "../shell/Menu";
import { PanelTools } from "../shell/PanelTools";
import { runStore } from "../stores/run";
import { chooseGroup, holdRollouts, selectionStore } from "../stores/selection";
import { useDisplay } from "../useDisplay";
import { EmptyCredit } from "./EmptyCredit";
import { ExactNote } from "./ExactNote";
import { Legend } from "./Legend";
import { MethodsMap } from "./MethodsMap";
import { RecordedNote } from "./RecordedNote";
import { RowsMenu } from "./RowsMenu";
import { StripBox } from "./StripBox";
import { ViewMenu } from "./ViewMenu";

/** Characters of a prompt that fit beside the group on most screens. */
const LONG_PROMPT = 60;

/** Rollouts of one group as text, with the credit of each token under it. */
export default function CreditPanel(): JSX.Element {
	const display = useDisplay();
	usePanelCsv("credit", () => display && creditCsv(display));
	if (!display) return <EmptyCredit />;
	return (
		<div className="credit">
			<CreditHead display={display} />
			<RecordedNote />
			<Insight comparison={display} />
			<ExactNote comparison={display} />
			<StripBox display={display} />
			<MethodsMap display={display} />
		</div>
	);
}

function CreditHead({ display }: { display: Display }): JSX.Element {
	const { groups, group, prompt, batch, members } = display;
	const at = groups.indexOf(group);
	const to = (i: number) => chooseGroup(groups[(i + groups.length) % groups.length] as number);
	const mean = members.reduce((sum, b) => sum + (batch.returns[b] as number), 0) / members.length;
	const summary = `${plural(members.length, "rollout")}, mean return ${signed(mean)}`;
	return (
		<div className="credit-head">
			<fieldset className="group-picker" aria-label="Group">
				<button type="button" className="quiet icon" title="Previous group" onClick={() => to(at - 1)}>
					<span className="visually-hidden">Previous group</span>
					<span aria-hidden="true">‹</span>
				</button>
				<span className="tabular" title={summary}>
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
			{prompt.length > LONG_PROMPT || prompt.includes(LINE_BREAK) ? (
				<Menu label="Whole" title="The whole prompt" className="prompt-whole">
					<pre>{prompt.replaceAll(LINE_BREAK, `${LINE_BREAK}\n`)}</pre>
				</Menu>
			) : null}
			<p className="group-summary muted tabular">{summary}</p>
			<Legend display={display} />
			<PanelTools>
				<Legend display={display} />
				<RowsMenu trained={display.latest.credit.method} />
				<ViewMenu display={display} />
				<FollowButton step={display.step} />
				{isEmbedded ? (
					<button type="button" className="quiet" title="In a tab of its own, to run and share it" onClick={openWhole}>
						Open in Ascribe
					</button>
				) : null}
			</PanelTools>
		</div>
	);
}

function Insight({ comparison }: { comparison: Comparison }): JSX.Element | null {
	const sentence = insightOf(comparison);
	return sentence ? <p className="insight">{sentence}</p> : null;
}

function FollowButton({ step }: { step: number }): JSX.Element {
	const hold = useStore(selectionStore, (s) => s.hold);
	const waiting = useStore(runStore, (r) => r.waiting?.step);
	const newer = waiting === undefined ? "" : `, show ${waiting}`;
	const dated = useStepKnown();
	return (
		<button
			type="button"
			className="quiet follow tabular"
			aria-pressed={hold}
			title={hold ? "Show the latest rollouts again (Esc)" : "Keep these rollouts on screen"}
			onClick={hold ? followRun : holdRollouts}
		>
			{hold ? "Held" : `Step ${step}`}
			{hold ? <span className="head-detail">{`${dated ? ` at step ${step}` : ""}${newer}`}</span> : null}
		</button>
	);
}

/** Rollouts of a file may be of no known step. */
function useStepKnown(): boolean {
	const ofFiles = useStore(runStore, (r) => isOfFiles(r.latest));
	const known = useStore(fileStore, (f) => f.step !== null);
	return known || !ofFiles;
}
