import { type JSX, useEffect } from "react";
import { useStore } from "zustand";
import { watchAllMethods } from "../lab";
import { METHODS } from "../registries";
import { Menu } from "../shell/Menu";
import { layoutStore, toggleRow } from "../stores/layout";
import { runStore } from "../stores/run";

/** Which methods' credit stands under the text, beside the one that trains. */
export function RowsMenu({ trained }: { readonly trained: string }): JSX.Element | null {
	const rows = useStore(layoutStore, (l) => l.rows);
	if (METHODS.length < 2) return null;
	const shown = rows.filter((row) => row !== trained).length;
	return (
		<Menu
			label={shown > 0 ? `Methods +${shown}` : "Methods"}
			title="Credit of other methods for the same rollouts (M)"
			className="rows-menu"
			data-methods-menu
		>
			<h3>Credit of other methods, same rollouts</h3>
			<MethodList trained={trained} />
		</Menu>
	);
}

function MethodList({ trained }: { readonly trained: string }): JSX.Element {
	const rows = useStore(layoutStore, (l) => l.rows);
	const answers = useStore(runStore, (r) => (r.beside?.of === r.latest ? r.beside?.answers : undefined));
	// Which of them can answer is only known once they were asked.
	useEffect(() => watchAllMethods("glance"), []);
	const others = METHODS.filter((m) => m.id !== trained);
	const reasonOf = (method: string) => {
		const answer = answers?.find((a) => a.method === method);
		// What takes the policy is only worked out for who chooses it.
		return answer && !answer.ok && (!answer.readsPolicy || rows.includes(method)) ? answer.reason : null;
	};
	return (
		<ul>
			{others.map((method) => (
				<li key={method.id}>
					<label className="row-choice" data-refused={reasonOf(method.id) !== null}>
						<input
							type="checkbox"
							checked={rows.includes(method.id)}
							disabled={reasonOf(method.id) !== null && !rows.includes(method.id)}
							onChange={() => toggleRow(method.id)}
						/>
						<span>
							<b>{method.title}</b> <span className="muted">{reasonOf(method.id) ?? method.summary}</span>
						</span>
					</label>
				</li>
			))}
		</ul>
	);
}
