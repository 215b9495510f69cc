import { type JSX, useLayoutEffect, useRef } from "react";
import { useStore } from "zustand";
import { COMMANDS, keyText } from "../commands";
import { layoutStore, setSingleKeys } from "../stores/layout";
import { keyMapStore } from "./keyMapDialog";

/** Keys that are no commands of their own. */
const OTHERS = [
	["Ctrl K", "Commands by name"],
	["F", "Fill the window with the panel at hand"],
	["Esc", "Back to the layout; unpin"],
	["P, Enter", "Pin the token at hand"],
	["← ↑ → ↓", "Move over tokens, tabs and rows"],
	["Alt ↑ ↓", "Move the selected method's row, from the text"],
] as const;

/** Every key, and a switch for those of a single letter, which get in the way of speech input. Not in the page until it is opened. */
export function KeyMap(): JSX.Element | null {
	return useStore(keyMapStore, (k) => k.open) ? <OpenKeyMap /> : null;
}

function OpenKeyMap(): JSX.Element {
	const dialog = useRef<HTMLDialogElement>(null);
	useLayoutEffect(() => dialog.current?.showModal(), []);
	const singleKeys = useStore(layoutStore, (l) => l.singleKeys);
	return (
		<dialog ref={dialog} className="key-map" aria-label="Keys" onClose={() => keyMapStore.setState({ open: false })}>
			<header>
				<h2>Keys</h2>
				<form method="dialog">
					<button type="submit">Close</button>
				</form>
			</header>
			<label className="row-choice">
				<input type="checkbox" checked={singleKeys} onChange={(e) => setSingleKeys(e.target.checked)} />
				<span>Single letters are keys. They never are inside text fields.</span>
			</label>
			<dl>
				{COMMANDS.filter((c) => c.key).map((command) => (
					<div key={command.id}>
						<dt>
							<kbd>{keyText(command)}</kbd>
						</dt>
						<dd>{command.title}</dd>
					</div>
				))}
				{OTHERS.map(([key, what]) => (
					<div key={key}>
						<dt>
							<kbd>{key}</kbd>
						</dt>
						<dd>{what}</dd>
					</div>
				))}
			</dl>
		</dialog>
	);
}
