import { type JSX, useId } from "react";
import { useStore } from "zustand";
import { layoutStore, toggleCurve } from "../stores/layout";
import { CURVES } from "./curves";

/** Which curves are drawn. */
export function CurvesMenu(): JSX.Element {
	const id = useId();
	const chosen = useStore(layoutStore, (l) => l.curves);
	return (
		<>
			<button type="button" className="quiet" popoverTarget={id} title="Which curves are drawn">
				Curves
			</button>
			<div id={id} popover="auto" className="chip-card rows-menu">
				<h3>Curves</h3>
				<ul>
					{CURVES.map((curve) => (
						<li key={curve.id}>
							<label className="row-choice">
								<input type="checkbox" checked={chosen.includes(curve.id)} onChange={() => toggleCurve(curve.id)} />
								<span>
									<b>{curve.name}</b> <span className="muted">{curve.help}</span>
								</span>
							</label>
						</li>
					))}
				</ul>
			</div>
		</>
	);
}
