import { type JSX, type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { type Command, keyText, searchCommands } from "../commands";

const ID = "palette";
const openStore = createStore<{ readonly open: boolean }>(() => ({ open: false }));

export function openPalette(): void {
	openStore.setState({ open: true });
}

/** Every command by name, with its key beside it (ARIA combobox with a list). Nothing of it is in the page until it is opened. */
export function Palette(): JSX.Element | null {
	return useStore(openStore, (p) => p.open) ? <OpenPalette /> : null;
}

function OpenPalette(): JSX.Element {
	const dialog = useRef<HTMLDialogElement>(null);
	const [query, setQuery] = useState("");
	const [active, setActive] = useState(0);
	useLayoutEffect(() => dialog.current?.showModal(), []);
	const found = searchCommands(query);
	const at = Math.min(active, found.length - 1);
	const choose = (command: Command | undefined) => {
		dialog.current?.close();
		command?.run();
	};
	const onKeyDown = (event: KeyboardEvent) => {
		if (event.key === "ArrowDown") setActive((at + 1) % found.length);
		else if (event.key === "ArrowUp") setActive((at - 1 + found.length) % found.length);
		else if (event.key === "Enter") choose(found[at]);
		else return;
		event.preventDefault();
	};
	return (
		<dialog
			id={ID}
			ref={dialog}
			className="palette"
			aria-label="Commands"
			onClose={() => openStore.setState({ open: false })}
		>
			<input
				role="combobox"
				aria-label="Command"
				aria-expanded="true"
				aria-controls={`${ID}-list`}
				aria-activedescendant={found[at] ? `${ID}-${found[at].id}` : undefined}
				placeholder="What do you want to do?"
				value={query}
				onChange={(e) => {
					setQuery(e.target.value);
					setActive(0);
				}}
				onKeyDown={onKeyDown}
			/>
			<div id={`${ID}-list`} role="listbox" aria-label="Commands">
				{found.map((command, i) => (
					<div
						key={command.id}
						id={`${ID}-${command.id}`}
						role="option"
						tabIndex={-1}
						aria-selected={i === at}
						ref={i === at ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
						onClick={() => choose(command)}
						onKeyDown={onKeyDown}
					>
						<span>{command.title}</span>
						<kbd>{keyText(command)}</kbd>
					</div>
				))}
				{found.length === 0 ? <p className="muted padded">No command has these words.</p> : null}
			</div>
		</dialog>
	);
}
