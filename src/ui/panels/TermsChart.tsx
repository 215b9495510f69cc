import { type JSX, useState } from "react";
import { drawStackedBars, MARGIN, stackedBars } from "../charts/stackedBars";
import { TokenPlot } from "../charts/TokenPlot";
import type { Comparison } from "../comparison";
import { termsCsv } from "../credit/creditCsv";
import type { MethodRow } from "../credit/methodRows";
import { usePanelCsv } from "../figures/publishedCsv";
import "../styles/terms.css";

interface Props {
	readonly comparison: Comparison;
	readonly rollout: number;
	readonly rows: readonly MethodRow[];
}

/** The terms of one method's credit as stacked bars over the tokens of one rollout. */
export function TermsChart({ comparison, rollout, rows }: Props): JSX.Element {
	const { batch, tokens, latest } = comparison;
	const [chosen, choose] = useState(latest.credit.method);
	const row = rows.find((r) => r.id === chosen) ?? rows[0];
	usePanelCsv("methods", () => (row ? termsCsv(comparison, rollout, row) : null));
	if (!row) return <p className="muted">No method has answered yet.</p>;
	const from = rollout * batch.T;
	const length = batch.lengths[rollout] as number;
	const part = (values: Float64Array) => values.subarray(from, from + length);
	const terms = Object.entries(row.terms).map(([name, values]) => ({ name, values: part(values) }));
	const names = Array.from(batch.tokens.subarray(from, from + length), (id) => tokens[id] ?? `#${id}`);
	const data = stackedBars(terms, part(row.values));
	return (
		<div className="terms">
			<p className="tree-note muted">
				<label>
					Credit of{" "}
					<select aria-label="Method whose terms are shown" value={row.id} onChange={(e) => choose(e.target.value)}>
						{rows.map((r) => (
							<option key={r.id} value={r.id}>
								{r.label}
							</option>
						))}
					</select>
				</label>{" "}
				for rollout {rollout}, in the method's unit. The line is the sum of the terms.
			</p>
			<TokenPlot
				className="terms-plot"
				rollout={rollout}
				length={length}
				margin={MARGIN}
				draw={(element, size) => drawStackedBars(element, data, { ...size, names, label: `Terms of ${row.label}` })}
			/>
		</div>
	);
}
