import docstrings from "virtual:docstrings";
import { type JSX, useMemo, useState } from "react";
import { useStore } from "zustand";
import { Chart } from "../charts/Chart";
import { drawMethodMap } from "../charts/methodMapChart";
import { rangeOf } from "../controls/fieldHelp";
import { csvOf } from "../figures/csv";
import { usePanelCsv } from "../figures/publishedCsv";
import { docText, withLinks } from "../library/docText";
import { type MappedMethod, mappedMethods } from "../library/methodMap";
import { type Entry, LOSSES, METHODS, TASKS } from "../registries";
import { startRun } from "../session";
import { draftStore } from "../stores/draft";
import { layoutStore, toggleRow } from "../stores/layout";
import { chooseEntry } from "../stores/rewardChain";

const KINDS = [
	{ kind: "method", title: "Credit method", entries: METHODS },
	{ kind: "task", title: "Task", entries: TASKS },
	{ kind: "loss", title: "Loss", entries: LOSSES },
] as const;
type Kind = (typeof KINDS)[number]["kind"];

const LIBRARY_COLUMNS = ["kind", "id", "title", "about", "summary", "source", "url", "parameters"];

/** Parameters as `name=default`, so that a line can be read back into settings. */
function libraryLine(kind: Kind, { id, title, about, summary, source, params }: Entry): (string | null)[] {
	const defaults = Object.entries(params).map(([name, spec]) => `${name}=${JSON.stringify(spec.default)}`);
	return [kind, id, title, about, summary, source?.cite ?? null, source?.url ?? null, defaults.join(" ")];
}

/** Every registered method, task and loss: what it does, its equation and source, what can be set, and a way to try it. */
export default function LibraryPanel(): JSX.Element {
	const [query, setQuery] = useState("");
	const [map, setMap] = useState(false);
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	const found = KINDS.flatMap(({ kind, title, entries }) =>
		entries.filter((entry) => matches(entry, title, words)).map((entry) => ({ kind, title, entry })),
	);
	usePanelCsv("library", () =>
		csvOf(
			LIBRARY_COLUMNS,
			found.map(({ kind, entry }) => libraryLine(kind, entry)),
		),
	);
	return (
		<div className="library">
			<div className="library-head">
				<input
					type="search"
					aria-label="Search the library"
					placeholder="Search: tree, critic, Shao …"
					value={query}
					onChange={(e) => setQuery(e.target.value)}
				/>
				<button type="button" className="quiet" aria-pressed={map} onClick={() => setMap(!map)}>
					Map of methods
				</button>
				<p className="muted" role="status">
					{found.length === 0 ? "Nothing here has these words." : `${found.length} entries`}
				</p>
			</div>
			{map ? (
				<MethodMap
					onChoose={(id) => {
						setQuery(METHODS.find((m) => m.id === id)?.title ?? id);
						setMap(false);
					}}
				/>
			) : (
				<div className="library-list">
					{found.map(({ kind, title, entry }) => (
						<Card key={`${kind} ${entry.id}`} kind={kind} title={title} entry={entry} open={found.length <= 3} />
					))}
				</div>
			)}
		</div>
	);
}

function matches(entry: Entry, kind: string, words: readonly string[]): boolean {
	const text = [kind, entry.id, entry.title, entry.summary, entry.about, entry.source?.cite].join(" ").toLowerCase();
	return words.every((word) => text.includes(word));
}

function MethodMap({ onChoose }: { readonly onChoose: (id: string) => void }): JSX.Element {
	const methods = useMemo(mappedMethods, []);
	const chosen = useStore(draftStore, (d) => d.spec.method.id);
	return (
		<div className="library-map">
			<Chart draw={(element, { width }) => width > 0 && drawMethodMap(element, methods, { width, chosen, onChoose })} />
			<p className="fine">▲ needs a judge of steps. ↺ weighs rollouts of an older policy; all others are on-policy.</p>
		</div>
	);
}

interface CardProps {
	readonly kind: Kind;
	readonly title: string;
	readonly entry: Entry;
	/** Details are open, where there are few cards. */
	readonly open: boolean;
}

function Card({ kind, title, entry, open }: CardProps): JSX.Element {
	const used = useStore(draftStore, (d) => d.spec[kind].id === entry.id);
	const mapped = useMemo(
		() => (kind === "method" ? mappedMethods().find((m) => m.id === entry.id) : undefined),
		[kind, entry.id],
	);
	const use = () => chooseEntry(kind, entry.id);
	return (
		<article className="library-card">
			<header>
				<h3 className="entry-title">
					{entry.title} <span className="kind">{title}</span>
				</h3>
				{kind === "method" ? <RowButton id={entry.id} /> : null}
				<button type="button" disabled={used} title="Into the settings" onClick={use}>
					{used ? "In use" : "Use"}
				</button>
				<button
					type="button"
					title="Start a run with it"
					onClick={() => {
						if (!used) use();
						void startRun();
					}}
				>
					Try it
				</button>
			</header>
			<p>{entry.summary}</p>
			{entry.about ? <p className="fine">{kind === "method" ? `Family: ${entry.about}.` : entry.about}</p> : null}
			{mapped ? <Needs method={mapped} /> : null}
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

function Needs({ method }: { readonly method: MappedMethod }): JSX.Element {
	const facts = [
		`one number a ${method.unit}`,
		`from ${method.source}`,
		method.needs.length > 0 ? `reads ${method.needs.join(", ")}` : "reads nothing else",
		method.extra === "none" ? "no extra cost" : `costs ${method.extra}`,
		method.offPolicy ? "off-policy" : "on-policy",
	];
	return (
		<>
			<p className="fine">{facts.join(" · ")}</p>
			<p
				className="fine"
				title="Measured on a small key-door task: the mean policy gradient of this credit beside the exact one"
			>
				Mean gradient against the exact one: {method.gradients.join(" · ")}
			</p>
		</>
	);
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
			<summary>
				{params.length} {params.length === 1 ? "setting" : "settings"}
			</summary>
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
