import { type JSX, useState } from "react";
import { useStore } from "zustand";
import { type Entry, LOSSES, METHODS, TASKS } from "../registries";
import { changeField, draftStore } from "../stores/draft";

const KINDS = [
	{ kind: "method", title: "Credit method", entries: METHODS },
	{ kind: "task", title: "Task", entries: TASKS },
	{ kind: "loss", title: "Loss", entries: LOSSES },
] as const;
type Kind = (typeof KINDS)[number]["kind"];

/** Every registered method, task and loss: what it does, where it comes from, what can be set, and a way to use it. */
export default function LibraryPanel(): JSX.Element {
	const [query, setQuery] = useState("");
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	const found = KINDS.flatMap(({ kind, title, entries }) =>
		entries.filter((entry) => matches(entry, title, words)).map((entry) => ({ kind, title, entry })),
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
				<p className="muted" role="status">
					{found.length === 0 ? "Nothing here has these words." : `${found.length} entries`}
				</p>
			</div>
			<div className="library-list">
				{found.map(({ kind, title, entry }) => (
					<Card key={`${kind} ${entry.id}`} kind={kind} title={title} entry={entry} />
				))}
			</div>
		</div>
	);
}

function matches(entry: Entry, kind: string, words: readonly string[]): boolean {
	const text = [kind, entry.id, entry.title, entry.summary, entry.about, entry.source?.cite].join(" ").toLowerCase();
	return words.every((word) => text.includes(word));
}

interface CardProps {
	readonly kind: Kind;
	readonly title: string;
	readonly entry: Entry;
}

function Card({ kind, title, entry }: CardProps): JSX.Element {
	const used = useStore(draftStore, (d) => d.spec[kind].id === entry.id);
	const names = Object.values(entry.params).map((param) => param.label);
	return (
		<article className="library-card">
			<header>
				<h3 className="entry-title">
					{entry.title} <span className="kind">{title}</span>
				</h3>
				<button type="button" disabled={used} onClick={() => changeField(kind, { id: entry.id, params: {} })}>
					{used ? "In use" : "Use"}
				</button>
			</header>
			<p>{entry.summary}</p>
			{entry.about ? <p className="fine">{entry.about}</p> : null}
			{names.length > 0 ? <p className="fine">Settings: {names.join(", ")}</p> : null}
			{entry.expectations.map(({ claim, falsifiedIf }) => (
				<p className="fine" key={claim}>
					Claim: {claim} Falsified if {falsifiedIf}
				</p>
			))}
			<SourceLine source={entry.source} />
		</article>
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
