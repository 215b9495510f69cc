import type { JSX } from "react";
import type { CreditAnswer } from "../../workers/labApi";
import { findEntry, METHODS } from "../registries";

/** Methods that could not answer, each with its reason; nothing when all could. */
export function Refused({ answers }: { readonly answers: readonly CreditAnswer[] }): JSX.Element | null {
	const refused = answers.filter((answer) => !answer.ok);
	if (refused.length === 0) return null;
	return (
		<details className="refused">
			<summary>{refused.length} methods need what these rollouts do not carry</summary>
			<ul>
				{refused.map(({ method, reason }) => (
					<li key={method}>
						<b>{findEntry(METHODS, method)?.title ?? method}</b> <span className="muted">{reason}</span>
					</li>
				))}
			</ul>
		</details>
	);
}
