import type { JSX } from "react";

interface ChoicesProps<Id extends string> {
	/** What is chosen, for those who do not see the buttons. */
	readonly label: string;
	readonly of: readonly { readonly id: Id; readonly title: string; readonly help: string }[];
	readonly chosen: Id;
	readonly onChoose: (id: Id) => void;
}

/** Buttons of which one is pressed. */
export function Choices<Id extends string>({ label, of, chosen, onChoose }: ChoicesProps<Id>): JSX.Element {
	return (
		<fieldset className="choices" aria-label={label}>
			{of.map(({ id, title, help }) => (
				<button
					key={id}
					type="button"
					className="quiet"
					aria-pressed={chosen === id}
					title={help}
					onClick={() => onChoose(id)}
				>
					{title}
				</button>
			))}
		</fieldset>
	);
}
