import type { JSX } from "react";
import { useStore } from "zustand";
import { Menu } from "../shell/Menu";
import { layoutStore, toggleCurve } from "../stores/layout";
import { CURVES } from "./curves";

/** Which curves are drawn. */
export function CurvesMenu(): JSX.Element {
	const chosen = useStore(layoutStore, (l) => l.curves);
	return (
		<Menu label="Curves" title="Which curves are drawn" className="rows-menu">
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
		</Menu>
	);
}
