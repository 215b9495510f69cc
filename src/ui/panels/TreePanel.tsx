import { type JSX, useState } from "react";
import type { Display } from "../credit/display";
import { usePanelCsv } from "../figures/publishedCsv";
import { treeCsv } from "../tree/treeCsv";
import { useDisplay } from "../useDisplay";
import { TreeBox } from "./TreeBox";
import { treeTexts } from "./treeTexts";
import { COLOURS, type ColourName, useTree } from "./useTree";
import "../styles/tree.css";

/** The rollouts of the group as a tree of shared prefixes: where they part, and what each branch was worth. */
export default function TreePanel(): JSX.Element {
	const display = useDisplay();
	if (!display)
		return <p className="muted padded">Shared beginnings of a group's rollouts appear here once a run is on.</p>;
	return <TreeOf display={display} />;
}

const MERGES = [
	{
		id: "group",
		title: "this group",
		help: "One bar until rollouts part. Numbers: mean return | exact value.",
		withoutExact: "One bar until rollouts part. Numbers: mean return.",
	},
	{
		id: "batch",
		title: "all groups",
		help: "Every prompt with its rollouts. Exact values are known for the group on screen.",
		withoutExact: "Every prompt with its rollouts.",
	},
	{
		id: "state",
		title: "merged by state",
		help: "Steps taken from the same state stand together, wherever it was met: the anchor groups of GiGPO.",
		withoutExact: "",
	},
] as const;
export type Merge = (typeof MERGES)[number]["id"];

/** What the bars and numbers of the tree are. @param exact whether exact values are known. */
function helpOf(merge: Merge, exact: boolean): string {
	const chosen = MERGES.find((m) => m.id === merge);
	return (exact ? "" : chosen?.withoutExact) || (chosen?.help ?? "");
}

function TreeOf({ display }: { readonly display: Display }): JSX.Element {
	const [merge, setMerge] = useState<Merge>("group");
	const [colour, setColour] = useState<ColourName>("value");
	const [query, setQuery] = useState("");
	const shown = useTree(display, merge, colour);
	usePanelCsv("tree", () =>
		typeof shown === "string" ? null : treeCsv(shown.tree, treeTexts(shown.tree, shown.display).textOf),
	);
	return (
		<div className="tree">
			<div className="panel-bar">
				<input
					type="search"
					aria-label="Search the tree"
					placeholder="Search"
					value={query}
					onChange={(e) => setQuery(e.target.value)}
				/>
				<select aria-label="What the tree shows" value={merge} onChange={(e) => setMerge(e.target.value as Merge)}>
					{MERGES.map(({ id, title }) => (
						<option key={id} value={id}>
							{title}
						</option>
					))}
				</select>
				<select
					aria-label="Colour of the branches"
					value={colour}
					onChange={(e) => setColour(e.target.value as ColourName)}
				>
					{COLOURS.map(({ id, title, needsExact }) => (
						<option key={id} value={id} disabled={needsExact && (!display.exact || display.exact.pending)}>
							{title(display.selected.label)}
						</option>
					))}
				</select>
			</div>
			{typeof shown === "string" ? (
				<p className="muted padded">{shown}</p>
			) : (
				<div className="tree-shown" aria-busy={shown.display.batch !== display.batch}>
					<TreeBox
						key={`${merge} ${display.group}`}
						shown={shown}
						query={query}
						help={helpOf(merge, display.exact !== null)}
					/>
				</div>
			)}
		</div>
	);
}
