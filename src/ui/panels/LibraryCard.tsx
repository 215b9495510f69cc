import docstrings from "virtual:docstrings";
import { type JSX, useMemo } from "react";
import { useStore } from "zustand";
import { plural } from "../../engine/core/plural";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import { rangeOf } from "../controls/fieldHelp";
import { docText, withLinks } from "../library/docText";
import { factsOf } from "../library/facts";
import type { Entry } from "../registries";
import { startRun } from "../session";
import { draftStore } from "../stores/draft";
import { layoutStore, toggleRow } from "../stores/layout";
import { chooseEntry, creditProblem, isChosen, type Kind, specWith } from "../stores/rewardChain";

interface CardProps {
	readonly kind: Kind;
	readonly title: string;
	readonly entry: Entry;
	/** Details are open, where there are few cards. */
	readonly open: boolean;
}

/** What one entry does, its equation and source, what can be set, and a way to try it; why it cannot be tried with the settings as they are. */
export function LibraryCard({ kind, title, entry, open }: CardProps): JSX.Element {
	const used = useStore(draftStore, (d) => isChosen(d.spec, kind, entry.id));
	const problem = useStore(draftStore, ({ spec }) => tryProblem(spec, kind, entry.id));
	const { about, lines } = useMemo(() => factsOf(kind, entry), [kind, entry]);
	const use = () => chooseEntry(kind, entry.id);
	return (
		<article className="library-card">
			<header>
				<h3 className="entry-title">
					{entry.title} <span className="kind">{title}</span>
				</h3>
				{kind === "method" ? <RowButton id={entry.id} /> : null}
				<button
					type="button"
					disabled={used || (kind === "reward" && problem !== "")}
					title={kind === "reward" ? "Into the settings, before the method" : "Into the settings"}
					onClick={use}
				>
					{used ? "In use" : "Use"}
				</button>
				<button
					type="button"
					disabled={problem !== ""}
					title={problem || "Start a run with it"}
					onClick={() => {
						if (!used) use();
						void startRun();
					}}
				>
					Try it
				</button>
			</header>
			<p>{entry.summary}</p>
			{problem ? <p className={used ? "field-problem" : "fine"}>{used ? problem : `Not now: ${problem}`}</p> : null}
			{about ? <p className="fine">{about}</p> : null}
			{lines.map(({ text, help }) => (
				<p key={text} className="fine" title={help}>
					{text}
				</p>
			))}
			<Documentation of={`${kind} ${entry.id}`} open={open} />
			<Params entry={entry} />
			{entry.expectations.map(({ claim, falsifiedIf }) => (
				<p className="fine" key={claim}>
					Claim: {claim} Falsified if {falsifiedIf}
				</p>
			))}
			<SourceLine source={entry.source} />
		</article>
	);
}

/** Whether the method's credit stands under the text, beside the one that trains. */
function RowButton({ id }: { readonly id: string }): JSX.Element {
	const shown = useStore(layoutStore, (l) => l.rows.includes(id));
	return (
		<button
			type="button"
			className="quiet"
			aria-pressed={shown}
			title="Show under the text"
			onClick={() => toggleRow(id)}
		>
			Row
		</button>
	);
}

/** Why no run could start with an entry in the settings; empty where one could. What other tasks and losses ask for is seen when they are in use. */
function tryProblem(spec: ExperimentSpec, kind: Kind, id: string): string {
	if (isChosen(spec, kind, id)) return creditProblem(spec);
	return kind === "method" || kind === "reward" ? creditProblem(specWith(spec, kind, id)) : "";
}

/** The docstring that stands beside the code: equation, edges, bias, what it reduces to. */
function Documentation({ of, open }: { readonly of: string; readonly open: boolean }): JSX.Element | null {
	const text = docstrings[of];
	if (!text) return null;
	const { sentence, body, parts } = docText(text);
	return (
		<details className="library-doc" open={open}>
			<summary>Equation and edges</summary>
			<p>{sentence}</p>
			{body.map((paragraph) => (
				<p key={paragraph} className="equation">
					{paragraph.replaceAll("`", "")}
				</p>
			))}
			<dl>
				{parts.map(({ name, text }) => (
					<div key={name}>
						<dt>{name}</dt>
						<dd>
							<Linked text={text.replaceAll("`", "")} />
						</dd>
					</div>
				))}
			</dl>
		</details>
	);
}

function Linked({ text }: { readonly text: string }): JSX.Element {
	return (
		<>
			{withLinks(text).map(({ text: piece, url }) =>
				url ? (
					<a key={piece} href={url} target="_blank" rel="noreferrer">
						{piece}
					</a>
				) : (
					piece
				),
			)}
		</>
	);
}

function Params({ entry }: { readonly entry: Entry }): JSX.Element | null {
	const params = Object.entries(entry.params);
	if (params.length === 0) return null;
	return (
		<details className="library-doc">
			<summary>{plural(params.length, "setting")}</summary>
			<dl>
				{params.map(([name, param]) => (
					<div key={name}>
						<dt>{param.label}</dt>
						<dd>
							{param.help} {rangeOf(param) ?? ""} <span className="muted">Default {String(param.default)}.</span>
						</dd>
					</div>
				))}
			</dl>
		</details>
	);
}

function SourceLine({ source }: Pick<Entry, "source">): JSX.Element | null {
	if (!source) return null;
	return (
		<p className="fine">
			<a href={source.url} target="_blank" rel="noreferrer">
				{source.cite}
			</a>
			{source.verification ? ` (${source.verification})` : ""}
		</p>
	);
}
