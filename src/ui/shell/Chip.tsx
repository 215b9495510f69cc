import { type JSX, type ReactNode, useId } from "react";

interface Props {
	readonly tone: "good" | "neutral" | "warning" | "bad";
	readonly label: ReactNode;
	readonly title: string;
	/** What the popover explains. */
	readonly children: ReactNode;
}

/** A short state with a popover that explains it. */
export function Chip({ tone, label, title, children }: Props): JSX.Element {
	const id = useId();
	return (
		<>
			<button type="button" className="chip" data-tone={tone} title={title} popoverTarget={id}>
				<span className="dot" aria-hidden="true" />
				{label}
			</button>
			<div id={id} popover="auto" className="chip-card">
				{children}
			</div>
		</>
	);
}
