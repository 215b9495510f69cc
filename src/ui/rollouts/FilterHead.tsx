import type { JSX, KeyboardEvent, ReactNode } from "react";

interface Props {
	/** An example of a filter. */
	readonly example: string;
	/** What can be filtered by. */
	readonly help: string;
	readonly filter: string;
	readonly onFilter: (filter: string) => void;
	/** How many are shown, or what is wrong with the filter. */
	readonly status: string;
	readonly children?: ReactNode;
}

/** The filter above a table of rollouts, what else narrows it, and how many rows are left. */
export function FilterHead({ example, help, filter, onFilter, status, children }: Props): JSX.Element {
	return (
		<div className="rollouts-head">
			<input
				type="search"
				aria-label="Filter"
				placeholder={example}
				title={`Filter (/): ${help}; a minus turns it round`}
				value={filter}
				onChange={(e) => onFilter(e.target.value)}
				onKeyDown={leave}
			/>
			{children}
			<p className="muted tabular" role="status">
				{status}
			</p>
		</div>
	);
}

/** Enter keeps the filter and Escape, as browsers have it, empties it; after both, keys are the workbench's again. */
function leave({ key, currentTarget, nativeEvent }: KeyboardEvent<HTMLInputElement>): void {
	if (nativeEvent.isComposing) return;
	if (key === "Enter" || key === "Escape") currentTarget.blur();
}
