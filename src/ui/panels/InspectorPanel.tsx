import type { JSX } from "react";
import { useStore } from "zustand";
import { COMMANDS, keyText } from "../commands";
import type { Comparison } from "../comparison";
import type { Display } from "../credit/display";
import { isEmbedded } from "../embedded";
import { csvOf } from "../figures/csv";
import { usePanelCsv } from "../figures/publishedCsv";
import { fixed, signed } from "../format";
import { findEntry, METHODS } from "../registries";
import { followRun } from "../session";
import { openCoach } from "../shell/coach";
import { openKeyMap } from "../shell/keyMapDialog";
import { layoutStore } from "../stores/layout";
import { selectionStore } from "../stores/selection";
import { type Fact, factsOf, titleOf } from "../tokenFacts";
import { useDisplay } from "../useDisplay";
import { WhatIf } from "./WhatIf";
import { WhyCard } from "./WhyCard";

/** The pinned token: its credit, the terms that add up to it, and how its group came out. */
export default function InspectorPanel(): JSX.Element {
	const comparison = useDisplay();
	const pinned = useStore(selectionStore, (s) => s.pinned);
	usePanelCsv("inspector", () => {
		if (!comparison || !pinned) return null;
		const known = factsOf(comparison, pinned.rollout, pinned.token);
		return csvOf(
			["kind", "of", "name", "value"],
			known.map((f) => [f.kind, f.of, f.name, f.number]),
		);
	});
	if (!comparison || !pinned) return <NothingPinned ready={comparison !== null} />;
	const { name, place } = titleOf(comparison, pinned.rollout, pinned.token);
	const facts = factsOf(comparison, pinned.rollout, pinned.token);
	return (
		<div className="inspector">
			<header>
				<h3>
					<code>{name}</code>
				</h3>
				<button type="button" className="quiet" onClick={followRun}>
					Unpin
				</button>
			</header>
			<p className="muted">{place}</p>
			<LookFurther />
			<CreditBars facts={facts.filter((f) => f.kind !== "fact")} />
			<dl className="facts">
				{facts
					.filter((f) => f.kind === "fact")
					.map((fact) => (
						<div key={fact.name}>
							<dt>{fact.name}</dt>
							<dd className="tabular">{fact.value}</dd>
						</div>
					))}
			</dl>
			<WhyCard
				latest={comparison.latest}
				method={comparison.selected.id}
				title={comparison.selected.label}
				rollout={pinned.rollout}
				token={pinned.token}
			/>
			<GroupReturns comparison={comparison} rollout={pinned.rollout} />
			<WhatIf latest={comparison.latest} rollout={pinned.rollout} token={pinned.token} />
			<MethodNote comparison={comparison} />
		</div>
	);
}

/** Ways on from the pinned token, where the layout has the panels for them. */
function LookFurther(): JSX.Element | null {
	useStore(layoutStore, (l) => l.layout);
	const wanted = COMMANDS.filter(({ id, possible }) => FURTHER[id] && (possible?.() ?? true));
	if (wanted.length === 0) return null;
	return (
		<p className="actions">
			{wanted.map((command) => (
				<button key={command.id} type="button" title={`${command.title} (${keyText(command)})`} onClick={command.run}>
					{FURTHER[command.id]}
				</button>
			))}
		</p>
	);
}

/** Commands that look further at a token, by id, with what their buttons say. */
const FURTHER: Readonly<Record<string, string>> = { siblings: "Beside a sibling", branch: "Branch around it" };

function NothingPinned({ ready }: { ready: boolean }): JSX.Element {
	return (
		<div className="inspector nothing">
			<h3>Token</h3>
			<p className="muted">
				{ready
					? "Click a token, or move to it with the arrow keys and press Enter. Its numbers stay here and the rollouts stand still; Escape follows the run again."
					: "When rollouts are here, click a token to keep its numbers in view."}
			</p>
			{isEmbedded ? null : (
				<p className="muted newcomer">
					<span>New here?</span>
					<button type="button" onClick={openCoach}>
						First steps
					</button>
					<button type="button" onClick={openKeyMap}>
						All keys
					</button>
				</p>
			)}
		</div>
	);
}

/** Credit and its terms as bars to the left and right of zero. Unit: that of the method. */
function CreditBars({ facts }: { facts: readonly Fact[] }): JSX.Element | null {
	if (facts.length === 0) return null;
	const full = Math.max(...facts.map((f) => (Number.isNaN(f.number) ? 0 : Math.abs(f.number))), 1e-12);
	return (
		<dl className="bars">
			{facts.map((fact) => (
				<div key={`${fact.of} ${fact.name}`} data-kind={fact.kind}>
					<dt title={fact.name}>{fact.name}</dt>
					<dd>
						<span className="bar-track" aria-hidden="true">
							<span className={`bar ${barClass(fact.number)}`} style={barStyle(fact.number / full)} />
						</span>
						<span className="tabular">{fact.value}</span>
					</dd>
				</div>
			))}
		</dl>
	);
}

const barClass = (x: number) => (x < 0 ? "q4 neg" : "q28");
const barStyle = (share: number) => {
	const size = Number.isNaN(share) ? 0 : Math.abs(share) * 50;
	return { width: `${size}%`, left: `${share < 0 ? 50 - size : 50}%` };
};

/** Returns of the group as dots on one line, this rollout's marked: what methods that compare siblings look at. */
function GroupReturns({ comparison, rollout }: { comparison: Comparison; rollout: number }): JSX.Element {
	const { members, batch } = comparison;
	const returns = members.map((b) => batch.returns[b] as number);
	const mean = returns.reduce((a, b) => a + b, 0) / returns.length;
	const sd = Math.sqrt(returns.reduce((a, r) => a + (r - mean) ** 2, 0) / returns.length);
	return (
		<section className="group-returns">
			<h4>Its group</h4>
			<ul aria-label="Returns of the rollouts of this group">
				{members.map((b) => (
					<li key={b} data-this={b === rollout} className="tabular">
						{signed(batch.returns[b] as number)}
					</li>
				))}
			</ul>
			<p className="muted">
				{returns.length === 1
					? "It is alone in its group: methods that compare siblings have none here."
					: `Mean ${signed(mean)}, standard deviation ${fixed(sd)}.`}{" "}
				{returns.length > 1 && sd === 0
					? "All returns are equal, so methods that compare siblings have nothing to say here."
					: ""}
			</p>
		</section>
	);
}

function MethodNote({ comparison }: { comparison: Display }): JSX.Element | null {
	const method = findEntry(METHODS, comparison.selected.id);
	if (!method) return null;
	return (
		<section className="method-note">
			<h4>{method.title}</h4>
			<p className="muted">{method.summary}</p>
		</section>
	);
}
