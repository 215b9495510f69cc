import { type JSX, useMemo, useState } from "react";
import { useStore } from "zustand";
import { Chart } from "../charts/Chart";
import { drawMethodMap } from "../charts/methodMapChart";
import { csvOf } from "../figures/csv";
import { usePanelCsv } from "../figures/publishedCsv";
import { mappedMethods } from "../library/methodMap";
import { type Entry, LOSSES, METHODS, TASKS, WRITERS } from "../registries";
import { draftStore } from "../stores/draft";
import type { Kind } from "../stores/rewardChain";
import { LibraryCard } from "./LibraryCard";

const KINDS: readonly { readonly kind: Kind; readonly title: string; readonly entries: readonly Entry[] }[] = [
	{ kind: "method", title: "Credit method", entries: METHODS },
	{ kind: "reward", title: "Reward writer", entries: WRITERS },
	{ kind: "task", title: "Task", entries: TASKS },
	{ kind: "loss", title: "Loss", entries: LOSSES },
];

const LIBRARY_COLUMNS = ["kind", "id", "title", "about", "summary", "source", "url", "parameters"];

/** Parameters as `name=default`, so that a line can be read back into settings. */
function libraryLine(kind: Kind, { id, title, about, summary, source, params }: Entry): (string | null)[] {
	const defaults = Object.entries(params).map(([name, spec]) => `${name}=${JSON.stringify(spec.default)}`);
	return [kind, id, title, about, summary, source?.cite ?? null, source?.url ?? null, defaults.join(" ")];
}

/** Every registered method, reward writer, task and loss: what it does, its equation and source, what can be set, and a way to try it. */
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
					{found.length === 0
						? "Nothing here has these words."
						: `${found.length} ${found.length === 1 ? "entry" : "entries"}`}
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
						<LibraryCard key={`${kind} ${entry.id}`} kind={kind} title={title} entry={entry} open={found.length <= 3} />
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
