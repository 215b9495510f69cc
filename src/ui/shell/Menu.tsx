import { type JSX, type ReactNode, useId, useState } from "react";

interface Props {
	readonly label: string;
	readonly title: string;
	/** Of the card. */
	readonly className: string;
	/** Marks of the button, by which a key finds it. */
	readonly [data: `data-${string}`]: string | true;
	readonly children: ReactNode;
}

/** A button of a panel's head that opens a card. What is on the card is made while it is open: closed, it would be drawn anew with every rollout. */
export function Menu({ label, title, className, children, ...data }: Props): JSX.Element {
	const id = useId();
	const [open, setOpen] = useState(false);
	return (
		<>
			<button type="button" className="quiet" popoverTarget={id} title={title} {...data}>
				{label}
			</button>
			<div
				id={id}
				popover="auto"
				className={`chip-card ${className}`}
				// Before it is shown, so that it has its size and its first field; after it is hidden.
				onBeforeToggle={(e) => e.newState === "open" && setOpen(true)}
				onToggle={(e) => setOpen(e.newState === "open")}
			>
				{open ? children : null}
			</div>
		</>
	);
}
