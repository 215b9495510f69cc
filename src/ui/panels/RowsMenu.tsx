import { type JSX, useEffect, useId, useState } from "react";
import { useStore } from "zustand";
import { watchAllMethods } from "../lab";
import { METHODS } from "../registries";
import { layoutStore, toggleRow } from "../stores/layout";
import { runStore } from "../stores/run";

/** Which methods' credit stands under the text, beside the one that trains. */
export function RowsMenu({ trained }: { readonly trained: string }): JSX.Element | null {
	const id = useId();
	const rows = useStore(layoutStore, (l) => l.rows);
	const answers = useStore(runStore, (r) => (r.beside?.of === r.latest ? r.beside?.answers : undefined));
	const [open, setOpen] = useState(false);
	// Which of them can answer is only known once they were asked.
	useEffect(() => (open ? watchAllMethods() : undefined), [open]);
	if (METHODS.length < 2) return null;
	const others = METHODS.filter((m) => m.id !== trained);
	const shown = rows.filter((row) => row !== trained).length;
	const reasonOf = (method: string) => {
		const answer = answers?.find((a) => a.method === method);
		return answer && !answer.ok ? answer.reason : null;
	};
	return (
		<>
			<button
				type="button"
				className="quiet"
				popoverTarget={id}
				data-methods-menu
				title="Credit of other methods for the same rollouts (M)"
			>
				Methods{shown > 0 ? ` +${shown}` : ""}
			</button>
			<div id={id} popover="auto" className="chip-card rows-menu" onToggle={(e) => setOpen(e.newState === "open")}>
				<h3>Credit of other methods, same rollouts</h3>
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
			</div>
		</>
	);
}
